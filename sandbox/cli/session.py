"""The engine and the region that a command works with."""

from collections.abc import Mapping

from rich.console import Console

from sandbox.cli import console, environment, stackfile
from sandbox.cli.engine import Engine
from sandbox.cli.paths import API, CliError, RegionPaths
from sandbox.region import Region
from sandbox.toolchain import ensure, pins


def session(
    stack: str | None = None, out: Console = console.OUTPUT, settings: Mapping[str, str] | None = None
) -> tuple[Engine, Region]:
    """Makes sure of the toolchain; the region may be up or not. Without a stack it is the one last used.

    `settings` are those that the command is about to set.
    """
    paths = RegionPaths.from_environment()
    stack = stack or paths.stack
    version = stackfile.version_of(paths, stack, settings or {})
    toolchain = ensure(etcd_versions=[version] if version in pins.ETCD else [])
    region = Region(paths.state, toolchain.image, name=paths.region, api=API)
    return Engine(paths, toolchain, region, stack, out), region


def open_engine(
    stack: str | None = None, out: Console = console.OUTPUT, settings: Mapping[str, str] | None = None
) -> Engine:
    """For commands that need the region to be up. Sets the settings."""
    engine, region = session(stack, out, settings)
    state = region.status()
    if not state.running:
        raise CliError(f"{state.why}. {state.remedy}")
    environment.prepare(engine.paths, engine.toolchain, engine.stack, settings)
    return engine
