"""The commands of the front door. Each is short: the work is in the modules that it names."""

from contextlib import suppress
from typing import Annotated

import typer

from sandbox.cli import commands, console, environment, recovery, stale_processes, status, update
from sandbox.cli.engine import Engine
from sandbox.cli.fault_injection import Fault
from sandbox.cli.paths import FrontDoorError, Place
from sandbox.cli.session import open_engine, session
from sandbox.region import Region

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="An AWS region in a folder. Any other word runs that program inside it: ./sandbox/run etcdctl member list",
)
StackOption = Annotated[str | None, typer.Option("--stack", "-s", help="Pulumi.STACK.yaml; else the one last used.")]


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
    with console.output().status("starting the region"):
        region.up()
    engine.place.remember(engine.stack)
    environment.prepare(engine.place, engine.toolchain, engine.stack)
    engine.ensure_stack()
    crashed = recovery.clear_the_way(engine)
    refresh = recovery.mend(engine, crashed)
    try:
        update.up(engine, refresh=refresh, parallel=parallel, config=config or [])
    except update.UpdateFailedError:
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
    stale_processes.end(list(stale_processes.processes(place.pulumi_home)))
    with console.output().status("ending the region"):
        region.down()
    console.output().print(f"Region {place.region} is down. Nothing is left of it but its logs, in {place.folder}.")


@app.command()
def preview() -> None:
    """Shows what `up` would change."""
    commands.run(open_engine(out=console.errors), ["pulumi", "preview", "--non-interactive"])


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
    console.output().print(open_engine().ask(["python", "-m", "sandbox.cli.terminate", instance_id]).strip())


@app.command()
def fault(fault: Fault, zone: str) -> None:
    """Takes a zone's network away, or gives it back."""
    commands.run(open_engine(out=console.errors), ["python", "-m", "sandbox.cli.fault_injection", fault.value, zone])


@app.command("publish-images")
def publish_images() -> None:
    """Has Debian publish newer machine images."""
    commands.run(open_engine(out=console.errors), ["python", "-m", "sandbox.cli.fault_injection"])


def _show(engine: Engine) -> None:
    rows = status.collect(engine)
    if not rows:
        raise FrontDoorError("There are no members yet: `make up` makes them.")
    console.output().print(status.table(rows, console.output().width))
    if not all(row.is_healthy for row in rows):
        raise typer.Exit(1)
