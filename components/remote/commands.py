"""Commands on machines: the only place that creates `command:remote` resources.

A script of `components/host/steps/` travels in stdin together with its variables, so a failed command prints neither
(pulumi-command puts the whole command line into its error). Any changed input runs the script again, also a changed
connection: every script checks, acts, and reports `changed` or `unchanged`. The instance ID is always among the
variables, so that a new machine gets all of its commands again; `depends_on` alone would not do that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
from pulumi_command import remote

from components.host.scripts import limited, render
from components.remote.hosts import Host

Variables = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True)
class Script:
    """A script of `host/steps/` and its inputs.

    Attributes:
        file: file name without `.sh`. The command that runs it has a logical name of its own.
        variables: shell variables; a secret among them makes the whole stdin one.
        rerun_on: values that the script does not read and whose change runs it again. Only digests reach the machine.
        secret: the variables hold a secret, so whatever the script prints is kept as one and not shown.
        wait_for_boot: the machine may still be booting, so dial for minutes instead of seconds.
    """

    file: str
    variables: Variables
    rerun_on: Variables = field(default_factory=dict)
    secret: bool = False
    wait_for_boot: bool = False


def run(
    name: str,
    host: Host,
    script: Script,
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
) -> remote.Command:
    """Run a script on a machine, as root, under the machine's lock and a time limit.

    The script sees its variables, and as `$1` whether this is a `create`, an `update` or a `delete`.
    """
    return _command(
        name, host, script, _options(host, parent, depends_on), create=command_line("create", script.file, host.name)
    )


def run_on_change(
    name: str,
    host: Host,
    script: Script,
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
) -> remote.Command:
    """The same, but nothing runs at creation: only when an input changes later."""
    return _command(name, host, script, _options(host, parent, depends_on))


def run_before_replacing(
    name: str,
    host: Host,
    script: Script,
    resource_ids: Sequence[pulumi.Input[str]],
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
    deleted_with: pulumi.Resource,
) -> remote.Command:
    """The same, and before one of these resources is replaced the script runs with `delete` on the old machine.

    It runs before anything is taken away, and may refuse. When `deleted_with` is deleted in the same update, nothing
    runs.
    """
    # The engine deletes the command before what its triggers come from, since that is deleted before it is replaced.
    first = pulumi.ResourceOptions(delete_before_replace=True)
    return _command(
        name,
        host,
        script,
        pulumi.ResourceOptions.merge(_options(host, parent, depends_on, deleted_with), first),
        create=command_line("create", script.file, host.name),
        delete=command_line("delete", script.file, host.name),
        triggers=list(resource_ids),
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

    A copy has no stdin to carry the instance ID, so a new machine replaces it by a trigger: harmless, since the old
    copy's deletion runs nothing.
    """
    return remote.CopyToRemote(
        name,
        connection=host.connection(),
        source=pulumi.FileAsset(str(source)),
        remote_path=remote_path,
        triggers=[host.instance_id],
        opts=_options(host, parent, depends_on),
    )


def _command(
    name: str,
    host: Host,
    script: Script,
    opts: pulumi.ResourceOptions,
    *,
    create: str | None = None,
    delete: str | None = None,
    triggers: list[pulumi.Input[str]] | None = None,
) -> remote.Command:
    secret = pulumi.ResourceOptions(additional_secret_outputs=["stdout", "stderr"] if script.secret else None)
    return remote.Command(
        name,
        connection=host.connection(booting=script.wait_for_boot),
        create=create,
        update=command_line("update", script.file, host.name),
        delete=delete,
        triggers=triggers,
        stdin=_stdin(host, script),
        logging=remote.Logging.NONE if script.secret else remote.Logging.STDOUT_AND_STDERR,
        add_previous_output_in_env=False,
        opts=pulumi.ResourceOptions.merge(opts, secret),
    )


def _options(
    host: Host,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource],
    deleted_with: pulumi.Resource | None = None,
) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(
        parent=parent, depends_on=[*host.ready, *depends_on], deleted_with=deleted_with or host.instance
    )


def _stdin(host: Host, script: Script) -> pulumi.Output[str]:
    variables = {"host": host.name, "instance_id": host.instance_id, **script.variables}
    both: pulumi.Output[list[dict[str, str]]] = pulumi.Output.all(
        pulumi.Output.all(**variables), pulumi.Output.all(**script.rerun_on) if script.rerun_on else {}
    )
    return both.apply(lambda values: limited(render(script.file, values[0], values[1])))


def command_line(step: str, script: str, host: str) -> str:
    """The command line on the machine; short, because an error repeats it."""
    return f"sudo -n bash -s -- {step} {script} {host}"
