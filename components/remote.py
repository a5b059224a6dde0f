"""Commands on machines: the only place that creates `command` resources.

A script from `components/scripts/` travels in stdin together with its variables, so a failed command prints neither
(pulumi-command puts the whole command line into its error). Any changed input runs the script again, also a changed
connection: every script checks, acts, and reports `changed` or `unchanged`. The instance ID is always among the
variables, so that a new machine gets all of its commands again; `depends_on` alone would not do that.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_command import remote

SCRIPTS = Path(__file__).parent / "scripts"
LOCK = "/run/etcd-aws.lock"
LOCK_WAIT_SECONDS = 900
TIMEOUT_SECONDS = 600  # on the machine: the published plugin has no limit, and a killed engine ends nothing there
# While a machine boots. Where a firewall drops the packets, an attempt takes its time limit (behind a bastion, the
# bastion's: bastion.sh) and a pause of up to 5 s: ten minutes in all, until whoever gave a wrong address is told so.
BOOT_DIAL_ATTEMPTS = 50
BOOT_DIAL_TIMEOUT_SECONDS = 6


@dataclass(frozen=True)
class Host:
    """A machine that commands run on.

    Attributes:
        member: the member that lives there.
        instance: the resource of the machine; its commands are forgotten together with it. None for a command that
            must not wait for the machine.
        instance_id: changes when the machine is a new one.
        address: where SSH answers.
        user: a login with passwordless sudo.
        private_key: OpenSSH private key of that login; a secret. None where the SSH agent ($SSH_AUTH_SOCK) has it.
        host_key: the machine's public host key, `ssh-ed25519 AAAA…`; nothing is trusted on first use.
        authorized_keys: public keys that the login is to accept, one a line.
        jump: the machine that connections go through.
        reachable: with these done, connections arrive; every command waits for them.
    """

    member: str
    instance: pulumi.Resource | None
    instance_id: pulumi.Input[str]
    address: pulumi.Input[str]
    user: str
    private_key: pulumi.Output[str] | None
    host_key: pulumi.Output[str]
    authorized_keys: pulumi.Input[str]
    jump: "Host | None" = None
    reachable: Sequence[pulumi.Resource] = ()

    @property
    def login(self) -> Mapping[str, pulumi.Input[str]]:
        """The variables of a script that says who logs in."""
        return {"login": self.user, "authorized_keys": self.authorized_keys}

    def connection(self, boots: bool = False) -> remote.ConnectionArgs:
        return remote.ConnectionArgs(
            host=self.address,
            user=self.user,
            private_key=self.private_key,
            host_key=self.host_key,
            dial_error_limit=BOOT_DIAL_ATTEMPTS if boots else None,
            per_dial_timeout=BOOT_DIAL_TIMEOUT_SECONDS if boots else None,
            proxy=self.jump._hop() if self.jump else None,
        )

    def _hop(self) -> remote.ProxyConnectionArgs:
        return remote.ProxyConnectionArgs(
            host=self.address, user=self.user, private_key=self.private_key, host_key=self.host_key
        )


@dataclass(frozen=True)
class Script:
    """A script from `scripts/`, and what it is given.

    Attributes:
        name: file name without `.sh`.
        variables: shell variables; a secret among them makes the whole stdin one.
        secret: the variables hold a secret, so whatever the script prints is kept as one and not shown.
        first_contact: the machine may still be booting, so dial for minutes instead of seconds.
        on_change_only: nothing runs at creation, only when a variable changes later.
        before_loss_of: IDs of what the script's deletion takes leave of. When one of them is replaced, the script runs
            with `delete`, on the machine as it was, before anything of it is taken away; it may refuse.
    """

    name: str
    variables: Mapping[str, pulumi.Input[str]]
    secret: bool = False
    first_contact: bool = False
    on_change_only: bool = False
    before_loss_of: Sequence[pulumi.Input[str]] = ()


def run(
    name: str,
    host: Host,
    script: Script,
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
    deleted_with: pulumi.Resource | None = None,
) -> remote.Command:
    """Run a script on a machine, as root, under the machine's lock and a time limit.

    The script sees its variables, and as `$1` whether this is a `create` or an `update`, or a `delete`.

    Args:
        deleted_with: when this is deleted in the same update, nothing is run for the command's deletion; without it,
            when the machine is.
    """
    text = (SCRIPTS / "lib.sh").read_text(), (SCRIPTS / f"{script.name}.sh").read_text()
    given = {"member": host.member, "instance_id": host.instance_id, **script.variables}
    return remote.Command(
        name,
        connection=host.connection(boots=script.first_contact),
        create=None if script.on_change_only else command_line(script.name, host.member, "create"),
        update=command_line(script.name, host.member, "update"),
        delete=command_line(script.name, host.member, "delete") if script.before_loss_of else None,
        triggers=list(script.before_loss_of) or None,
        stdin=pulumi.Output.all(**given).apply(lambda values: render(values, *text)),
        logging=remote.Logging.NONE if script.secret else remote.Logging.STDOUT_AND_STDERR,
        add_previous_output_in_env=False,
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[*host.reachable, *depends_on],
            deleted_with=deleted_with or host.instance,
            # The engine deletes it before what its triggers come from, since that is deleted before it is replaced.
            delete_before_replace=True if script.before_loss_of else None,
            additional_secret_outputs=["stdout", "stderr"] if script.secret else None,
        ),
    )


def push(
    name: str,
    host: Host,
    source: Path,
    remote_path: str,
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
) -> remote.CopyToRemote:
    """Copy a local file to a machine.

    A copy has no stdin to carry the instance ID, so a new machine replaces it by a trigger: harmless, since there is
    nothing that the old copy's deletion would do.
    """
    return remote.CopyToRemote(
        name,
        connection=host.connection(),
        source=pulumi.FileAsset(str(source)),
        remote_path=remote_path,
        triggers=[host.instance_id],
        opts=pulumi.ResourceOptions(
            parent=parent, depends_on=[*host.reachable, *depends_on], deleted_with=host.instance
        ),
    )


def command_line(script: str, member: str, step: str) -> str:
    """What the remote shell is told; short, because an error repeats it."""
    lock = f"flock --close --wait {LOCK_WAIT_SECONDS} {LOCK}"
    limit = f"timeout --kill-after=10 {TIMEOUT_SECONDS}"
    return f"sudo -n {lock} {limit} bash -s -- {step} {script} {member}"


def render(variables: Mapping[str, str], library: str, script: str) -> str:
    """The text that `bash -s` reads: quoted variables, the library, and the script.

    The script runs as a function without standard input: a child of it that reads would eat the rest of the text.
    """
    head = "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in sorted(variables.items()))
    return f'set -euo pipefail\numask 077\n{head}{library}\nmain() {{\n{script}\n}}\nmain "$@" </dev/null\n'
