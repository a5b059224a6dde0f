"""The front door: tells its own commands from programs to run inside the region."""

import sys
from typing import NoReturn

from sandbox.cli import commands, console
from sandbox.cli.paths import FrontDoorError, Place
from sandbox.cli.session import open_engine
from sandbox.region import RegionError
from sandbox.toolchain import ToolchainError

# What app.py defines (a unit test compares). To ask it would import Typer before every program that runs in the region.
OWN = {"aws-terminate", "down", "fault", "preview", "publish-images", "shell", "status", "up"}


def main(arguments: list[str]) -> NoReturn:
    """A command of the front door, or else a program to run inside the region."""
    try:
        if arguments and arguments[0] not in OWN and not arguments[0].startswith("-"):
            stack = commands.stack_of(arguments, Place.from_environment().stack)
            commands.run(open_engine(stack, console.errors), arguments)
        from sandbox.cli.app import app  # noqa: PLC0415 - see OWN

        app(arguments, prog_name="./sandbox/run")
    except (FrontDoorError, RegionError, ToolchainError) as error:
        from rich.text import Text  # noqa: PLC0415 - see console.py

        console.errors().print(Text.assemble(("error: ", "bold red"), str(error)))
        sys.exit(1)
    sys.exit(0)
