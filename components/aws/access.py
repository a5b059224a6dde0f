"""How the operator reaches the machines: the keys that log in, every machine's host key, and the way there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_tls as tls

from components.aws.bastion import Bastion, BastionArgs
from components.aws.keys import LoginKeys, LoginKeysArgs, SshKeys
from components.aws.layout import BastionSpec
from components.aws.network import Network
from components.remote import Host
from components.topology import Topology


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """What access is made from.

    Attributes:
        topology: the members; each one's machine has a host key of its own.
        network: who may reach the members.
        keys: which keys log in.
        bastion: the machine that every connection goes through; None where the operator has a route to the members.
        tags: put on everything.
    """

    topology: Topology
    network: Network
    keys: SshKeys
    bastion: BastionSpec | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class Access(pulumi.ComponentResource):
    """The login on all machines, and the way to them.

    Attributes:
        keys: the login and its keys.
        host_keys: by member.
        bastion: the jump host, if there is one.
    """

    keys: LoginKeys
    host_keys: Mapping[str, tls.PrivateKey]
    bastion: Host | None

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Access", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Unique in the region, and the same as long as the cluster lives.
        key_name = pulumi.Output.concat(name, "-", args.network.security_group_id)
        self.keys = LoginKeys(name, LoginKeysArgs(keys=args.keys, key_name=key_name, tags=args.tags), child)
        self.host_keys = {
            member.name: tls.PrivateKey(f"{name}-host-key-{member.name}", algorithm="ED25519", opts=child)
            for member in args.topology
        }
        self.bastion, self._reachable = None, list(args.network.rules)
        if args.bastion:
            bastion = Bastion(f"{name}-bastion", self._bastion(name, args, args.bastion), child)
            self.bastion = bastion.host
            self._reachable += bastion.passable
        self.register_outputs({})

    def host(
        self, member: str, address: str, instance: pulumi.Resource | None = None, instance_id: pulumi.Input[str] = ""
    ) -> Host:
        """Where commands for a member run. Without an instance they wait for none."""
        return Host(
            member=member,
            instance=instance,
            instance_id=instance_id,
            address=address,
            user=self.keys.user,
            private_key=self.keys.private_key,
            host_key=self.host_keys[member].public_key_openssh.apply(str.strip),
            authorized_keys=self.keys.authorized_keys,
            jump=self.bastion,
            reachable=self._reachable,
        )

    def _bastion(self, name: str, args: AccessArgs, spec: BastionSpec) -> BastionArgs:
        return BastionArgs(
            cluster=name,
            spec=spec,
            vpc_id=args.network.vpc_id,
            members_group_id=args.network.security_group_id,
            destinations=[member.address for member in args.topology],
            keys=self.keys,
            tags=args.tags,
        )
