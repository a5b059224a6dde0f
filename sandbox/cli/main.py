"""The entry point: runs a command of the CLI, or else any other program inside the region."""

import sys
from typing import NoReturn

from rich.text import Text
from typer.main import get_command

from sandbox.cli import console, programs, pulumi_arguments
from sandbox.cli.app import app
from sandbox.cli.paths import CliError, RegionPaths
from sandbox.cli.session import open_engine
from sandbox.region import RegionError
from sandbox.toolchain import ToolchainError


def main(arguments: list[str]) -> NoReturn:
    """Runs one command line."""
    try:
        if arguments and not arguments[0].startswith("-") and arguments[0] not in own_commands():
            stack = pulumi_arguments.stack(arguments) or RegionPaths.from_environment().stack
            programs.run(open_engine(stack, console.ERRORS, pulumi_arguments.settings(arguments)), arguments)
        app(arguments, prog_name="./sandbox/run")
    except (CliError, RegionError, ToolchainError) as error:
        console.ERRORS.print(Text.assemble(("error: ", "bold red"), str(error)))
        sys.exit(1)
    sys.exit(0)


def own_commands() -> set[str]:
    """The commands that app.py defines."""
    return set(get_command(app).commands)  # type: ignore[attr-defined]
