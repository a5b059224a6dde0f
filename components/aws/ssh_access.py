"""SSH access to the machines: the login keys, every machine's host key, and the bastion."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_tls as tls

from components.aws.bastion import Bastion, BastionArgs
from components.aws.security_groups import MemberSecurityGroup
from components.aws.specs import BastionSpec, SshKeySpec
from components.aws.ssh_keys import LoginKeys, LoginKeysArgs
from components.remote.hosts import Host
from components.topology import Topology


@dataclass(frozen=True, kw_only=True)
class SshAccessArgs:
    """Inputs of SSH access.

    Attributes:
        topology: the members; each one's machine has a host key of its own.
        vpc_id: where the members stand.
        security_group: who may reach the members.
        keys: which keys log in.
        bastion: the machine that every connection goes through; None where the operator has a route to the members.
        tags: put on everything.
    """

    topology: Topology
    vpc_id: pulumi.Input[str]
    security_group: MemberSecurityGroup
    keys: SshKeySpec
    bastion: BastionSpec | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class SshAccess(pulumi.ComponentResource):
    """The login on all machines, and the way to them.

    Attributes:
        keys: the login and its keys.
        host_keys: by member.
        bastion: the jump host, if there is one.
    """

    keys: LoginKeys
    host_keys: Mapping[str, tls.PrivateKey]
    bastion: Host | None

    def __init__(self, name: str, args: SshAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:SshAccess", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Unique in the region, and the same as long as the cluster lives.
        key_name = pulumi.Output.concat(name, "-", args.security_group.id)
        self.keys = LoginKeys(name, LoginKeysArgs(keys=args.keys, key_name=key_name, tags=args.tags), child)
        self.host_keys = {
            member.name: tls.PrivateKey(f"{name}-host-key-{member.name}", algorithm="ED25519", opts=child)
            for member in args.topology
        }
        self.bastion, self._ready = None, list(args.security_group.rules)
        if args.bastion:
            bastion = Bastion(f"{name}-bastion", self._bastion(name, args, args.bastion), child)
            self.bastion = bastion.host
            self._ready += bastion.ready
        self.register_outputs({})

    def host(
        self, member: str, address: str, instance: pulumi.Resource | None = None, instance_id: pulumi.Input[str] = ""
    ) -> Host:
        """The host of a member's commands. Without an instance they do not depend on one."""
        return Host(
            name=member,
            instance=instance,
            instance_id=instance_id,
            address=address,
            user=self.keys.user,
            private_key=self.keys.private_key,
            host_key=self.host_keys[member].public_key_openssh.apply(str.strip),
            jump=self.bastion,
            ready=self._ready,
        )

    def _bastion(self, name: str, args: SshAccessArgs, spec: BastionSpec) -> BastionArgs:
        return BastionArgs(
            cluster=name,
            spec=spec,
            vpc_id=args.vpc_id,
            members_group_id=args.security_group.id,
            destinations=[member.address for member in args.topology],
            keys=self.keys,
            tags=args.tags,
        )
