"""Pulumi's lock on a stack of the file backend: its holder, and whether that engine is dead.

A killed engine leaves its lock file, and every later command refuses. The file names process, host and time
(pkg/v3/backend/diy/lock.go). A lock is cleared only when its process is certainly dead on this host; a process ID may
have been given to another process since, so the process must also be older than the lock.
"""

import json
import os
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# The kernel counts a process's start in hundredths since a boot time that is known to the second.
CLOCK_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True)
class Lock:
    path: Path
    process_id: int
    host: str
    user: str
    taken_at: datetime

    def held_by(self) -> str:
        return f"process {self.process_id} of {self.user}@{self.host} since {self.taken_at:%Y-%m-%d %H:%M:%S %Z}"


@dataclass(frozen=True)
class Locks:
    dead: list[Lock]  # cleared
    held: list[str]  # who holds it, or why that cannot be told


def clear_dead(folder: Path) -> Locks:
    """Removes the locks of dead engines from a stack's lock folder and reports the rest."""
    dead: list[Lock] = []
    held: list[str] = []
    for path in sorted(folder.glob("*.json")):
        lock = read(path)
        if lock is None:
            held.append(f"unreadable lock file {path}")
        elif lock.host != socket.gethostname():
            held.append(f"{lock.held_by()} (another host: cannot be checked from here)")
        elif is_alive(lock.process_id, lock.taken_at):
            held.append(lock.held_by())
        else:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.attrs").unlink(missing_ok=True)
            dead.append(lock)
    return Locks(dead, held)


def read(path: Path) -> Lock | None:
    """The lock in a file; None when it is not one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Lock(
            path=path,
            process_id=int(content["pid"]),
            host=str(content["hostname"]),
            user=str(content["username"]),
            taken_at=_time(content["timestamp"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _time(text: str) -> datetime:
    """Go writes nanoseconds without trailing zeros; Python 3.11 reads any number of digits, but keeps six."""
    return datetime.fromisoformat(text)


def is_alive(process_id: int, taken_at: datetime, proc: Path = Path("/proc")) -> bool:
    """Whether the process that took a lock at that time still runs."""
    try:
        # The second field, the name in parentheses, may hold anything: count from the last parenthesis.
        fields = (proc / str(process_id) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot_seconds = int((proc / "stat").read_text(encoding="utf-8").partition("btime ")[2].split()[0])
        command = (proc / str(process_id) / "cmdline").read_bytes()
    except OSError:
        return False
    state, start_ticks = fields[0], int(fields[19])
    if state in "ZX":  # killed, only its parent has not noticed yet
        return False
    if command.split(b"\0")[0].endswith(b"pulumi"):
        return True  # whatever its age: a clock that was set forward makes a live engine look younger than its lock
    started_at = boot_seconds + start_ticks / os.sysconf("SC_CLK_TCK")
    return started_at <= taken_at.timestamp() + CLOCK_TOLERANCE_SECONDS
