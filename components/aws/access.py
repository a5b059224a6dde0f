"""How the operator logs in: one key pair per cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_tls as tls

from components.aws.tags import named

LOGIN = "admin"  # the login of Debian's official images, with passwordless sudo


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """`tags` are put on the key pair."""

    tags: Mapping[str, str] = field(default_factory=dict)


class Access(pulumi.ComponentResource):
    """A generated ed25519 key pair. The private half is a secret of the stack."""

    user: str
    key_name: pulumi.Output[str]
    private_key: pulumi.Output[str]

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
        self.register_outputs({"key_name": self.key_name})
