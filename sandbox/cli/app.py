"""The commands of the front door. Each is short: the work is in the modules that it names."""

import sys
from contextlib import suppress
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from sandbox.cli import commands, environment, leftovers, recovery, stackfile, status
from sandbox.cli.engine import Engine, UpdateFailedError
from sandbox.cli.events import Fault
from sandbox.cli.place import FrontDoorError, Place
from sandbox.region import Region, RegionError
from sandbox.toolchain import ToolchainError, ensure, pins

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="An AWS region in a folder. Any other word runs that program inside it: ./sandbox/run etcdctl member list",
)
WIDE = 200  # columns, where nobody's terminal says otherwise
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
errors = Console(highlight=False, soft_wrap=True, stderr=True)


StackOption = Annotated[str | None, typer.Option("--stack", "-s", help="Pulumi.STACK.yaml; else the one last used.")]


def session(stack: str | None = None, out: Console = console) -> tuple[Engine, Region]:
    place = Place.from_environment()
    stack = stack or place.stack
    version = stackfile.version_of(place, stack)
    toolchain = ensure(etcd_versions=[version] if version in pins.ETCD else [])
    region = Region(place.state, toolchain.image, name=place.region)
    return Engine(place, toolchain, region, stack, out), region


def open_engine(stack: str | None = None, out: Console = console) -> Engine:
    """For commands that need the region to be up."""
    engine, region = session(stack, out)
    state = region.status()
    if not state.running:
        raise FrontDoorError(f"{state.why}. {state.remedy}")
    environment.prepare(engine.place, engine.toolchain, engine.stack)
    return engine


@app.command()
def up(
    parallel: Annotated[int | None, typer.Option(help="How many things the engine does at once.")] = None,
    config: Annotated[list[str] | None, typer.Option(help="A setting to keep, as etcd:quotaMib=4096.")] = None,
    stack: StackOption = None,
) -> None:
    """Starts the region where it is not running, updates the stack, shows the members."""
    engine, region = session(stack)
    state = region.status()
    if state.dead:
        raise FrontDoorError(f"{state.why}. {state.remedy}")
    if not state.running and engine.place.checkpoint(engine.stack).exists():
        raise FrontDoorError(
            f"{state.why}, but {engine.place.backend} describes machines in it. Run `make down` first."
        )
    with console.status("starting the region"):
        region.up()
    engine.place.remember(engine.stack)
    environment.prepare(engine.place, engine.toolchain, engine.stack)
    engine.ensure_stack()
    crashed = recovery.clear_the_way(engine)
    refresh = recovery.mend(engine, crashed)
    try:
        engine.up(refresh, parallel, config or [])
    except UpdateFailedError:
        # Where the region itself is gone, the explanation fails as well; the first error is the one to show.
        with suppress(FrontDoorError):
            recovery.explain(engine)
        raise
    engine.write_access()
    _show(engine)


@app.command()
def down() -> None:
    """Ends the region, and with it everything in it: machines, disks, networks, and the stack's state."""
    place = Place.from_environment()
    region = Region(place.state, place.folder, name=place.region)  # its image is of no use any more
    leftovers.end(list(leftovers.processes(place.pulumi_home)))
    with console.status("ending the region"):
        region.down()
    console.print(f"Region {place.region} is down. Nothing is left of it but its logs, in {place.folder}.")


@app.command()
def preview() -> None:
    """Shows what `up` would change."""
    commands.run(open_engine(out=errors), ["pulumi", "preview", "--non-interactive"])


@app.command("status")
def show_status() -> None:
    """Shows the members. Exits 1 when one is not healthy."""
    engine = open_engine()
    engine.write_access()
    _show(engine)


@app.command()
def shell() -> None:
    """Opens a shell inside the region with everything set."""
    commands.shell(open_engine())


@app.command("aws-terminate")
def aws_terminate(instance_id: str) -> None:
    """Terminates one instance behind Pulumi's back: the remedy for an orphan."""
    console.print(open_engine().ask(["python", "-m", "sandbox.cli.terminate", instance_id]).strip())


@app.command()
def fault(fault: Fault, zone: str) -> None:
    """Takes a zone's network away, or gives it back."""
    commands.run(open_engine(out=errors), ["python", "-m", "sandbox.cli.events", fault.value, zone])


@app.command("publish-images")
def publish_images() -> None:
    """Has Debian publish newer machine images."""
    commands.run(open_engine(out=errors), ["python", "-m", "sandbox.cli.events"])


def _show(engine: Engine) -> None:
    rows = status.collect(engine)
    if not rows:
        raise FrontDoorError("There are no members yet: `make up` makes them.")
    console.print(status.table(rows, console.width))
    if not all(row.is_healthy for row in rows):
        raise typer.Exit(1)


def main(arguments: list[str]) -> NoReturn:
    """A command of the front door, or else a program to run inside the region."""
    own = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    try:
        if arguments and arguments[0] not in own and not arguments[0].startswith("-"):
            stack = commands.stack_of(arguments, Place.from_environment().stack)
            commands.run(open_engine(stack, errors), arguments)
        app(arguments, prog_name="./sandbox/run")
    except (FrontDoorError, RegionError, ToolchainError) as error:
        errors.print(Text.assemble(("error: ", "bold red"), str(error)))
        sys.exit(1)
    sys.exit(0)
