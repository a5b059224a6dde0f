"""Runs one program inside the region, with its environment ready."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from sandbox.cli import access, pulumi_arguments, recovery, stackfile
from sandbox.cli.engine import Engine
from sandbox.cli.paths import CHECKOUT, write_private

# These take the stack's lock, or show what an update would do.
ENGINE_COMMANDS = {"destroy", "import", "preview", "refresh", "state", "up", "update"}


def run(engine: Engine, arguments: list[str]) -> NoReturn:
    """Becomes the command: its exit code, output and signals are its own."""
    program = Path(arguments[0]).name
    if program == "pulumi":
        engine.ensure_stack()
        if ENGINE_COMMANDS.intersection(arguments[1:3]):
            recovery.clear_the_way(engine)
        if pulumi_arguments.is_rename(arguments):
            _rename_stack(engine, arguments)
        # The program is in the checkout. This command writes the stack file of its folder, whatever --config-file says.
        os.chdir(engine.paths.folder if "change-secrets-provider" in arguments else CHECKOUT)
    elif access.is_stale(engine.paths, engine.stack):
        engine.write_access()
    _become(engine, arguments)


def shell(engine: Engine) -> NoReturn:
    """An interactive shell; the region's name is in its prompt."""
    engine.write_access()
    startup = engine.paths.folder / "shellrc"
    write_private(startup, f'[ -f ~/.bashrc ] && . ~/.bashrc\nPS1="(region {engine.paths.region}) $PS1"\n')
    _become(engine, ["bash", "--rcfile", str(startup), "-i"])


def _rename_stack(engine: Engine, arguments: list[str]) -> NoReturn:
    """Renames the stack and what the region's folder keeps of it.

    Pulumi also renames the stack file of the folder that it runs in, whatever --config-file says
    (cmd/pulumi/stack/stack_rename.go, 3.259): here the region's copy, in the checkout the tracked file.
    """
    before = engine.paths.stacks()
    code = subprocess.run(
        engine.command(*arguments), cwd=engine.paths.folder, env=engine.environment(), check=False
    ).returncode
    after = engine.paths.stacks()
    if after - before:
        (old,), (new,) = before - after, after - before
        stackfile.rename(engine.paths, old, new)
        if engine.paths.stack == old:
            engine.paths.remember(new)
    sys.exit(code)


def _become(engine: Engine, arguments: list[str]) -> NoReturn:
    variables = flags_first(engine.environment(), arguments)
    program = shutil.which(arguments[0], path=variables["PATH"])
    if program is None:
        print(f"{arguments[0]}: command not found", file=sys.stderr)
        sys.exit(127)
    command = engine.region.enter([program, *arguments[1:]])
    sys.stdout.flush()
    os.execvpe(command[0], command, variables)  # noqa: S606 - a list, no shell


def flags_first(variables: dict[str, str], arguments: list[str]) -> dict[str, str]:
    """etcdctl dies when a setting is in a flag and in the environment: what is in a flag leaves the environment."""
    if Path(arguments[0]).name != "etcdctl":
        return variables
    given = {
        f"ETCDCTL_{argument.lstrip('-').partition('=')[0].upper()}" for argument in arguments if argument[:2] == "--"
    }
    return {name: value for name, value in variables.items() if name not in given}
