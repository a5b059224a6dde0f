"""How the operator logs in: one key pair per cluster, and the host key of every machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_tls as tls

from components.aws.tags import named
from components.remote import Host

LOGIN = "admin"  # the login of Debian's official images, with passwordless sudo


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """What access is made from.

    Attributes:
        members: names; each one's machine has a host key of its own.
        tags: put on the key pair.
    """

    members: Sequence[str]
    tags: Mapping[str, str] = field(default_factory=dict)


class Access(pulumi.ComponentResource):
    """A generated ed25519 key pair, whose private half is a secret of the stack, and the host keys."""

    user: str
    key_name: pulumi.Output[str]
    private_key: pulumi.Output[str]
    host_keys: Mapping[str, tls.PrivateKey]

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Access", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = tls.PrivateKey(f"{name}-ssh-key", algorithm="ED25519", opts=child)
        pair = aws.ec2.KeyPair(
            f"{name}-key-pair", public_key=key.public_key_openssh, tags=named(args.tags, name), opts=child
        )
        self.user = LOGIN
        self.key_name = pair.key_name
        self.private_key = pulumi.Output.secret(key.private_key_openssh)
        self.host_keys = {
            member: tls.PrivateKey(f"{name}-host-key-{member}", algorithm="ED25519", opts=child)
            for member in args.members
        }
        self.register_outputs({"key_name": self.key_name})

    def host(
        self, member: str, address: str, instance: pulumi.Resource | None = None, instance_id: pulumi.Input[str] = ""
    ) -> Host:
        """Where commands for a member run. Without an instance they wait for none."""
        return Host(
            member=member,
            instance=instance,
            instance_id=instance_id,
            address=address,
            user=self.user,
            private_key=self.private_key,
            host_key=self.host_keys[member].public_key_openssh.apply(str.strip),
        )
