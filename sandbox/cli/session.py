"""The engine and the region that a command works with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.cli import console, environment, stackfile
from sandbox.cli.engine import Engine
from sandbox.cli.paths import FrontDoorError, Place
from sandbox.region import Region
from sandbox.toolchain import ensure, pins

if TYPE_CHECKING:
    from rich.console import Console


def session(stack: str | None = None, out: Callable[[], Console] = console.output) -> tuple[Engine, Region]:
    """Makes sure of the toolchain; the region may be up or not. Without a stack it is the one last used."""
    place = Place.from_environment()
    stack = stack or place.stack
    version = stackfile.version_of(place, stack)
    toolchain = ensure(etcd_versions=[version] if version in pins.ETCD else [])
    region = Region(place.state, toolchain.image, name=place.region)
    return Engine(place, toolchain, region, stack, out), region


def open_engine(stack: str | None = None, out: Callable[[], Console] = console.output) -> Engine:
    """For commands that need the region to be up."""
    engine, region = session(stack, out)
    state = region.status()
    if not state.running:
        raise FrontDoorError(f"{state.why}. {state.remedy}")
    environment.prepare(engine.place, engine.toolchain, engine.stack)
    return engine
