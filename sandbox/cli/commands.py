"""One command inside the region, with everything ready; and the few that the front door adds."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from sandbox.cli import access, environment, recovery
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
        # The program is in the checkout. This command writes the stack's file where it stands, not where it is told to.
        os.chdir(engine.place.folder if "change-secrets-provider" in arguments else CHECKOUT)
    elif access.is_stale(engine.place, engine.stack):
        engine.write_access()
    _become(engine, arguments)


def shell(engine: Engine) -> NoReturn:
    """An interactive shell; its prompt says where it is."""
    engine.write_access()
    startup = engine.place.folder / "shellrc"
    write_private(startup, f'[ -f ~/.bashrc ] && . ~/.bashrc\nPS1="(region {engine.place.region}) $PS1"\n')
    _become(engine, ["bash", "--rcfile", str(startup), "-i"])


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


def stack_of(arguments: list[str], otherwise: str) -> str:
    """Only pulumi's `-s` means a stack; other programs have their own."""
    return environment.chosen_stack(arguments if Path(arguments[0]).name == "pulumi" else [], otherwise)
