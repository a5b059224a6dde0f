"""Runs Pulumi and other programs inside the region."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from sandbox.cli import access, environment
from sandbox.cli.paths import CHECKOUT, CliError, RegionPaths
from sandbox.toolchain import Toolchain

# Pulumi takes this without asking; a terminal is never needed.
UNATTENDED = "--non-interactive"


class Inside(Protocol):
    """The part of a region that running a command needs."""

    def enter(self, argv: list[str]) -> list[str]: ...


@dataclass(frozen=True)
class Engine:
    """One stack's engine; `console` is where it reports."""

    paths: RegionPaths
    toolchain: Toolchain
    region: Inside
    stack: str
    console: Console

    def environment(self) -> dict[str, str]:
        return environment.variables(self.paths, self.toolchain, os.environ, self.stack)

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
            raise CliError(f"{' '.join(arguments[:3])} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def ensure_stack(self) -> None:
        """Makes the stack where there is none; in the region's folder, so that its salt goes into no tracked file."""
        if self.paths.checkpoint(self.stack).exists():
            return
        shutil.copy(CHECKOUT / "Pulumi.yaml", self.paths.folder / "Pulumi.yaml")
        self.ask(["pulumi", "stack", "init", self.stack, UNATTENDED], cwd=self.paths.folder)

    def outputs(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self.ask(["pulumi", "stack", "output", "--json", "--show-secrets", "-s", self.stack])
        )
        return answer

    def write_access(self) -> None:
        """Brings the access files up to date with the state, if it changed since."""
        if access.is_stale(self.paths, self.stack):
            access.write(self.paths, self.stack, self.outputs())
