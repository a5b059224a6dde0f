"""The commands of the CLI. Each is short: the work is in the modules that it names."""

from contextlib import suppress
from typing import Annotated

import typer

from sandbox.cli import console, environment, programs, pulumi_arguments, recovery, stale_processes, status, update
from sandbox.cli.engine import Engine
from sandbox.cli.fault_injection import ZoneFault
from sandbox.cli.paths import CliError, RegionPaths
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
    settings = pulumi_arguments.parse_settings(config or [])
    engine, region = session(stack, settings=settings)
    state = region.status()
    if state.dead:
        raise CliError(f"{state.why}. {state.remedy}")
    if not state.running and engine.paths.checkpoint(engine.stack).exists():
        raise CliError(f"{state.why}, but {engine.paths.backend} describes machines in it. Run `make down` first.")
    with console.OUTPUT.status("starting the region"):
        region.up()
    engine.paths.remember(engine.stack)
    environment.prepare(engine.paths, engine.toolchain, engine.stack, settings)
    engine.ensure_stack()
    crashed = recovery.clear_the_way(engine)
    refresh = recovery.mend(engine, crashed)
    try:
        update.up(engine, refresh=refresh, parallel=parallel)
    except update.UpdateFailedError:
        # Where the region itself is gone, the explanation fails as well; the first error is the one to show.
        with suppress(CliError):
            recovery.explain(engine)
        raise
    engine.write_access()
    _show(engine)


@app.command()
def down() -> None:
    """Ends the region, and with it everything in it: machines, disks, networks, and the stack's state."""
    paths = RegionPaths.from_environment()
    region = Region(paths.state, paths.folder, name=paths.region)  # its image is of no use any more
    stale_processes.end(list(stale_processes.processes(paths.pulumi_home)))
    with console.OUTPUT.status("ending the region"):
        region.down()
    console.OUTPUT.print(f"Region {paths.region} is down. Nothing is left of it but its logs, in {paths.folder}.")


@app.command()
def preview() -> None:
    """Shows what `up` would change."""
    programs.run(open_engine(out=console.ERRORS), ["pulumi", "preview", "--non-interactive"])


@app.command("status")
def show_status() -> None:
    """Shows the members. Exits 1 when one is not healthy."""
    engine = open_engine()
    engine.write_access()
    _show(engine)


@app.command()
def shell() -> None:
    """Opens a shell inside the region with everything set."""
    programs.shell(open_engine())


@app.command("aws-terminate")
def aws_terminate(instance_id: str) -> None:
    """Terminates one instance behind Pulumi's back: the remedy for an orphan."""
    console.OUTPUT.print(open_engine().ask(["python", "-m", "sandbox.cli.terminate", instance_id]).strip())


@app.command()
def fault(fault: ZoneFault, zone: str) -> None:
    """Takes a zone's network away, or gives it back."""
    programs.run(open_engine(out=console.ERRORS), ["python", "-m", "sandbox.cli.fault_injection", fault.value, zone])


@app.command("publish-images")
def publish_images() -> None:
    """Publishes newer machine images of Debian."""
    programs.run(open_engine(out=console.ERRORS), ["python", "-m", "sandbox.cli.fault_injection"])


def _show(engine: Engine) -> None:
    rows = status.collect(engine)
    if not rows:
        raise CliError("There are no members yet: `make up` makes them.")
    console.OUTPUT.print(status.table(rows, console.OUTPUT.width))
    if not all(row.is_healthy for row in rows):
        raise typer.Exit(1)
