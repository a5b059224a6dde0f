"""What a region leaves on the host: looked for by what was seen while it lived, so that other regions do not matter."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from sandbox.region import Region, cgroups
from sandbox.region.runtime_state import RuntimeState

SETTLE_SECONDS = 5.0


class LeakCheck:
    """The processes, mounts, loop devices and control groups of one region; made while it is up.

    A control group that could be removed proves that the processes of its machine are gone too.
    """

    def __init__(self, region: Region) -> None:
        self._region = region
        runtime = RuntimeState.read(region.folder)
        assert runtime is not None
        # Held, since the kernel gives the number of a network namespace that is gone to the next one.
        self._network = Path(f"/proc/{runtime.namespace.pid}/ns/net").open("rb")  # noqa: SIM115

    def left(self, *, but: str = "\n") -> list[str]:
        """What there still is of it, once the kernel has had the time to take it away; `but` what contains this."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while (found := [trace for trace in self._found() if but not in trace]) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _found(self) -> list[str]:
        state = str(self._region.folder)
        loops = subprocess.run(
            ["losetup", "--list", "-n", "-O", "BACK-FILE"], capture_output=True, text=True, check=True
        )
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
        return [
            *(
                f"process {pid}: {command}"
                for pid, command in _processes()
                if state in command or self._region.tag in command
            ),
            *(f"process {pid} in its network" for pid, _ in _processes() if self._inside(pid)),
            *(f"mount {line}" for line in mounts if state in line),
            *(f"loop device on {line}" for line in loops.stdout.splitlines() if state in line),
            *(f"control group {group}" for group in cgroups.find(self._region.tag)),
        ]

    def _inside(self, pid: int) -> bool:
        try:
            return os.path.samestat(Path(f"/proc/{pid}/ns/net").stat(), os.fstat(self._network.fileno()))
        except OSError:
            return False


def processes_of(text: str) -> list[int]:
    """The processes with this text in their command line."""
    return [pid for pid, command in _processes() if text in command]


def _processes() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if command:
            found.append((int(folder.name), command))
    return found
