"""How a region is, as seen from outside, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox.region.runtime_state import RuntimeState

API_PORT = 4566

_LISTENING = "0A"  # the state's number in /proc/net/tcp, see proc(5)


@dataclass(frozen=True)
class RegionStatus:
    """How a region is, and what to do about it."""

    state: Literal["running", "absent", "dead"]
    why: str
    remedy: str

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self.state == "running"

    @property
    def dead(self) -> bool:
        """Whether it was started and is gone, though nobody ended it."""
        return self.state == "dead"


def look(folder: Path, name: str, log: Path) -> RegionStatus:
    """How the region in this folder is."""
    runtime = RuntimeState.read(folder)
    if runtime is None:
        return RegionStatus("absent", f"region {name} is not running", "Start it with `make up`.")
    remedy = "Its machines and their data are gone. `make down` clears what is left, then `make up` starts anew."
    if not runtime.of_this_boot():
        return RegionStatus("dead", f"region {name} ended when this host was rebooted", remedy)
    if not runtime.namespace.alive():
        return RegionStatus("dead", f"region {name} died; {log} may tell why", remedy)
    if not _listens(runtime.namespace.pid):
        return RegionStatus("dead", f"region {name} runs, but its API does not answer, or not yet; see {log}", remedy)
    return RegionStatus("running", f"region {name} is running", "")


def _listens(pid: int) -> bool:
    """Whether something listens on the API's port in the network namespace of a process."""
    try:
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return False
    sockets = [line.split() for line in lines]
    return any(fields[1].endswith(f":{API_PORT:04X}") and fields[3] == _LISTENING for fields in sockets)
