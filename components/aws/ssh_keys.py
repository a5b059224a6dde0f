"""The SSH keys that log in on every machine of a cluster, and how they are changed without locking anybody out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_tls as tls

from components.aws.specs import SshKeySpec
from components.aws.tags import named

LOGIN = "admin"  # the login of Debian's official images, with passwordless sudo


@dataclass(frozen=True, kw_only=True)
class LoginKeysArgs:
    """Inputs of the login keys.

    Attributes:
        keys: which keys log in.
        key_name: name of the key pair in AWS, unique in the region and the same for the cluster's whole life.
        tags: put on the key pair.
    """

    keys: SshKeySpec
    key_name: pulumi.Input[str]
    tags: Mapping[str, str] = field(default_factory=dict)


class LoginKeys(pulumi.ComponentResource):
    """The key in use, and the next one, which every machine accepts beforehand (docs/decisions/0010-ssh-keys.md).

    Attributes:
        user: the login.
        key_name: name of the pair, for instances. Not the key pair's output: otherwise replacing the key pair would
            replace every instance.
        pair: the key pair; an instance waits for it.
        private_key: OpenSSH private key in use, a secret; None where the operator's agent has it.
        authorized_keys: content of the login's `authorized_keys`.
    """

    user: str
    key_name: pulumi.Input[str]
    pair: pulumi.Resource
    private_key: pulumi.Output[str] | None
    authorized_keys: pulumi.Input[str]

    def __init__(self, name: str, args: LoginKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:LoginKeys", name, None, opts)
        self._name = name
        self.user, self.key_name = LOGIN, args.key_name
        spec = args.keys
        if spec.own_public_key:
            self.private_key = None
            public: pulumi.Input[str] = spec.own_public_key
            self.authorized_keys = public
        else:
            key, following = (self._generated(spec.generation + step) for step in (0, 1))
            self.private_key = pulumi.Output.secret(key.private_key_openssh)
            public = key.public_key_openssh.apply(str.strip)
            self.authorized_keys = pulumi.Output.concat(public, "\n", following.public_key_openssh.apply(str.strip))
        self.pair = aws.ec2.KeyPair(
            f"{name}-key-pair",
            key_name=args.key_name,
            public_key=public,
            tags=named(args.tags, name),
            # Two pairs cannot have one name. Machines that run do not ask for it; those that boot wait for it.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.register_outputs({})

    def _generated(self, generation: int) -> tls.PrivateKey:
        return tls.PrivateKey(
            f"{self._name}-ssh-key-g{generation}", algorithm="ED25519", opts=pulumi.ResourceOptions(parent=self)
        )
