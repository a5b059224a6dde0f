"""Runs Pulumi, and whatever else, inside the region."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.cli import access, environment
from sandbox.cli.paths import CHECKOUT, FrontDoorError, Place
from sandbox.toolchain import Toolchain

if TYPE_CHECKING:
    from rich.console import Console

# Pulumi takes this without asking; a terminal is never needed.
UNATTENDED = "--non-interactive"


class Inside(Protocol):
    """The part of a region that running a command needs."""

    def enter(self, argv: list[str]) -> list[str]: ...


@dataclass(frozen=True)
class Engine:
    """One stack's engine; `screen` makes the console where there is something to say."""

    place: Place
    toolchain: Toolchain
    region: Inside
    stack: str
    screen: Callable[[], Console]

    @property
    def console(self) -> Console:
        return self.screen()

    def environment(self) -> dict[str, str]:
        return environment.variables(self.place, self.toolchain, os.environ, self.stack)

    def command(self, program: str, *arguments: str) -> list[str]:
        """What runs a program inside the region."""
        found = shutil.which(program, path=self.environment()["PATH"]) or program
        return self.region.enter([found, *arguments])

    def ask(self, arguments: list[str], cwd: Path = CHECKOUT) -> str:
        """Runs a program inside the region and returns its standard output."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=cwd,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise FrontDoorError(f"{' '.join(arguments[:3])} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def ensure_stack(self) -> None:
        """Makes the stack where there is none; in the region's folder, so that its salt goes into no tracked file."""
        if self.place.checkpoint(self.stack).exists():
            return
        shutil.copy(CHECKOUT / "Pulumi.yaml", self.place.folder / "Pulumi.yaml")
        self.ask(["pulumi", "stack", "init", self.stack, UNATTENDED], cwd=self.place.folder)

    def outputs(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self.ask(["pulumi", "stack", "output", "--json", "--show-secrets", "-s", self.stack])
        )
        return answer

    def write_access(self) -> None:
        """Brings the access files up to date with the state, if it changed since."""
        if access.is_stale(self.place, self.stack):
            access.write(self.place, self.stack, self.outputs())
