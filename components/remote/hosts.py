"""A machine as a target of commands: how it is reached over SSH."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_command import remote

# While a machine boots. Where a firewall drops the packets, an attempt takes its time limit (behind a bastion, the
# bastion's: harden-bastion.sh) and a pause of up to 5 s: ten minutes in all before a wrong address is reported.
BOOT_DIAL_ATTEMPTS = 50
BOOT_DIAL_TIMEOUT_SECONDS = 6


@dataclass(frozen=True)
class Host:
    """A machine that commands run on.

    Attributes:
        name: host name of the machine, the first word of its scripts' errors: `etcd-1`, `etcd-bastion`.
        instance: the resource of the machine; its commands leave the state together with it. None for a command that
            must not wait for the machine.
        instance_id: changes when the machine is replaced.
        address: where SSH answers.
        user: a login with passwordless sudo.
        private_key: OpenSSH private key of that login; a secret. None where the SSH agent ($SSH_AUTH_SOCK) has it.
        host_key: the machine's public host key, `ssh-ed25519 AAAA…`; nothing is trusted on first use.
        jump: the machine that connections go through.
        ready: resources that must exist before a connection succeeds; every command depends on them.
    """

    name: str
    instance: pulumi.Resource | None
    instance_id: pulumi.Input[str]
    address: pulumi.Input[str]
    user: str
    private_key: pulumi.Output[str] | None
    host_key: pulumi.Output[str]
    jump: "Host | None" = None
    ready: Sequence[pulumi.Resource] = ()

    def connection(self, *, booting: bool = False) -> remote.ConnectionArgs:
        """The connection of a command. While the machine boots, it dials for minutes instead of seconds."""
        return remote.ConnectionArgs(
            host=self.address,
            user=self.user,
            private_key=self.private_key,
            host_key=self.host_key,
            dial_error_limit=BOOT_DIAL_ATTEMPTS if booting else None,
            per_dial_timeout=BOOT_DIAL_TIMEOUT_SECONDS if booting else None,
            proxy=self.jump._hop() if self.jump else None,
        )

    def _hop(self) -> remote.ProxyConnectionArgs:
        return remote.ProxyConnectionArgs(
            host=self.address, user=self.user, private_key=self.private_key, host_key=self.host_key
        )
