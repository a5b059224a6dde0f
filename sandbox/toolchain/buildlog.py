"""Runs the programs that build a part, and keeps what they print."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sandbox.toolchain.errors import ToolchainError

LAST_LINES = 20
ENDS_WITH_US = ("setpriv", "--pdeathsig=KILL")  # a program left by a killed run would only keep the next one waiting
Command = Sequence[str | Path]


class BuildLog:
    """The log of one build."""

    def __init__(self, path: Path, file: BinaryIO, inherited_lock: int | None) -> None:
        self.path = path
        self._file = file
        self._inherited_lock = inherited_lock

    @classmethod
    @contextmanager
    def open(cls, path: Path, inherited_lock: int | None = None) -> Iterator["BuildLog"]:
        """Every program holds `inherited_lock`, so that one left by a killed run keeps the next out of its folder."""
        with path.open("wb", buffering=0) as file:
            yield cls(path, file, inherited_lock)

    def run(
        self,
        command: Command,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> None:
        """Run a program to its end; a failure names the log and shows its last lines."""
        self._run(command, cwd, environment, timeout_seconds, self._file)

    def output(
        self,
        command: Command,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> str:
        """Run a program for the answer it prints."""
        return self._run(command, cwd, environment, timeout_seconds, subprocess.PIPE).decode().strip()

    def _run(
        self,
        command: Command,
        cwd: Path | None,
        environment: Mapping[str, str] | None,
        timeout_seconds: float | None,
        stdout: BinaryIO | int,
    ) -> bytes:
        line = " ".join(map(str, command))
        self._file.write(f"$ {line}\n".encode())
        try:
            done = subprocess.run(
                [*ENDS_WITH_US, *map(str, command)],
                cwd=cwd,
                env=dict(environment) if environment is not None else clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=self._file,
                pass_fds=() if self._inherited_lock is None else (self._inherited_lock,),
                timeout=timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._failure(f"no end after {timeout_seconds} s: {line}") from None
        except FileNotFoundError as error:
            raise ToolchainError(f"{error.filename}: not found (wanted by: {line})") from None
        if done.returncode:
            raise self._failure(f"exit status {done.returncode}: {line}")
        return done.stdout or b""

    def _failure(self, what: str) -> ToolchainError:
        lines = self.path.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return ToolchainError("\n".join([what, *(f"  | {line}" for line in lines), f"The whole log: {self.path}"]))


def clean_environment(**more: str) -> dict[str, str]:
    """The caller's environment without what would change a build, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PULUMI_", "GOFLAGS"))}
    kept.pop("VIRTUAL_ENV", None)
    return kept | more
