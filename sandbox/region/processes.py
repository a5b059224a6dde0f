"""Names a process so that another one that got its number later, or a reboot, is never taken for it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.02


def boot_id() -> str:
    """The kernel's name for this boot of the host; see random(4)."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@dataclass(frozen=True)
class Process:
    """A process of this host, by number and by the time it began."""

    pid: int
    start_ticks: int
    """Field 22 of /proc/PID/stat, see proc(5)."""

    @classmethod
    def of(cls, pid: int) -> Process:
        """The process that has this number now.

        Raises:
            ProcessLookupError: there is none.
        """
        fields = _stat(pid)
        if fields is None:
            raise ProcessLookupError(f"there is no process {pid}")
        return cls(pid, int(fields[19]))

    @classmethod
    def with_argument(cls, argument: str) -> list[Process]:
        """All processes that were started with exactly this argument."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                process = cls.of(int(folder.name))
            except ProcessLookupError:
                continue
            if process.has_argument(argument):
                found.append(process)
        return found

    def has_argument(self, argument: str) -> bool:
        """Whether it was started with exactly this argument."""
        try:
            arguments = Path(f"/proc/{self.pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return argument.encode() in arguments

    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        fields = _stat(self.pid)
        return fields is not None and int(fields[19]) == self.start_ticks and fields[0] not in "ZX"

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it still runs."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until it is gone; False when it is still there after the time."""
        deadline = time.monotonic() + timeout_seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name, which may itself hold spaces and parentheses."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text[text.rindex(")") + 2 :].split()
