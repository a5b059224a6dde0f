"""Runs Pulumi inside the region: the stack's life, with readable progress and whole errors."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from rich.console import Console

from sandbox.cli import access, environment
from sandbox.cli.place import CHECKOUT, FrontDoorError, Place
from sandbox.cli.progress import Progress
from sandbox.toolchain import Toolchain

# What these take without asking; a terminal is never needed.
UNATTENDED = ["--non-interactive"]


class UpdateFailedError(FrontDoorError):
    """The engine ended in order and told what went wrong."""


class Inside(Protocol):
    """The part of a region that running a command needs."""

    def enter(self, argv: list[str]) -> list[str]: ...


@dataclass(frozen=True)
class Engine:
    place: Place
    toolchain: Toolchain
    region: Inside
    stack: str
    console: Console

    def environment(self) -> dict[str, str]:
        return environment.variables(self.place, self.toolchain, os.environ, self.stack)

    def ask(self, arguments: list[str], cwd: Path = CHECKOUT) -> str:
        """Runs a program inside the region and returns its standard output."""
        command = self.region.enter([self._program(arguments[0]), *arguments[1:]])
        done = subprocess.run(
            command,
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
        self.ask(["pulumi", "stack", "init", self.stack, *UNATTENDED], cwd=self.place.folder)

    def up(self, refresh: bool, parallel: int | None = None, config: Sequence[str] = ()) -> None:
        options = ["--refresh"] if refresh else []
        options += ["--parallel", str(parallel)] if parallel else []
        options += [word for setting in config for word in ("--config", setting)]
        self._change(["up", "--skip-preview", *options])

    def outputs(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self.ask(["pulumi", "stack", "output", "--json", "--show-secrets", "-s", self.stack])
        )
        return answer

    def write_access(self) -> None:
        """Brings the access files up to date with the state, if it changed since."""
        if access.is_stale(self.place, self.stack):
            access.write(self.place, self.stack, self.outputs())

    def _change(self, arguments: list[str]) -> None:
        command = ["pulumi", *arguments, "--yes", "--json", "--color", "never", "-s", self.stack, *UNATTENDED]
        process = subprocess.Popen(
            self.region.enter([self._program(command[0]), *command[1:]]),
            cwd=CHECKOUT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        stderr: list[str] = []
        reader = threading.Thread(target=_collect, args=(process.stderr, stderr))
        reader.start()
        with passing_signals(process, self.console), self.console.status("Pulumi starts") as status:
            progress = Progress(self.console, status if self.console.is_terminal else None)
            progress.follow(_events(process))
            code = process.wait()
        reader.join(timeout=5)  # a plugin that outlives a killed engine may hold the other end
        if code < 0:
            raise FrontDoorError(
                f"pulumi {arguments[0]} was killed by signal {-code}. `make up` takes over what it left."
            )
        if code != 0:
            raise UpdateFailedError("\n".join([f"pulumi {arguments[0]} failed.", *(progress.errors or stderr)]))
        self.console.print(f"        {progress.summary()}", style="dim")

    def _program(self, name: str) -> str:
        return shutil.which(name, path=self.environment()["PATH"]) or name


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    if process.stdout is None:
        return
    for line in process.stdout:
        with contextlib.suppress(json.JSONDecodeError):
            yield json.loads(line)


def _collect(stream: IO[str] | None, lines: list[str]) -> None:
    lines.extend(line.rstrip() for line in stream or [])


@contextlib.contextmanager
def passing_signals(process: subprocess.Popen[Any], console: Console) -> Iterator[None]:
    """An interrupt ends the engine in order, and the front door waits for it: a killed one leaves half-made things.

    A terminal sends Ctrl-C to the engine too; a termination signal reaches only this process, so it is passed on.
    """

    def interrupted(number: int, _frame: object) -> None:
        console.print("Interrupted: waiting for what is in flight. Once more ends it at once.", style="yellow")
        if number == signal.SIGTERM:
            process.send_signal(signal.SIGINT)

    previous = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
