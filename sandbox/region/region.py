"""A region seen from outside: starts it, tells how it is, runs commands in it, and ends it without a trace."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox.region.launch import launch
from sandbox.region.processes import POLL_SECONDS
from sandbox.region.record import Record
from sandbox.region.sweep import remove, sweep

API_PORT = 4566
LOGS = ("log", "log.before")
"""What `down` leaves in the region's folder: the logs of this life, and of the one before."""

DEFAULT_API = "sandbox.cloud.server:serve"
START_TIMEOUT_SECONDS = 60.0
SHUTDOWN_TIMEOUT_SECONDS = 40.0
KILL_TIMEOUT_SECONDS = 10.0

_LISTENING = "0A"  # the state's number in /proc/net/tcp, see proc(5)


class RegionError(RuntimeError):
    """The region cannot do what was asked; the message says why and what to do."""


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


class Region:
    """One region. All of it is below `<state>/<name>/`."""

    def __init__(self, state: Path, toolchain_image: Path, *, name: str | None = None, api: str = DEFAULT_API) -> None:
        self.name = name or os.environ.get("SANDBOX_REGION") or "local"
        self.folder = state.absolute() / self.name
        self._image = toolchain_image.absolute()
        self._api = api
        for path in (self.folder, self._image):
            if re.search(r"[:,\\\s]", str(path)):
                raise RegionError(
                    f"{path}: overlayfs takes no colon, comma, backslash or space in a path; set SANDBOX_STATE or "
                    "ETCD_AWS_CACHE to a path without"
                )

    @property
    def tag(self) -> str:
        """Names what the region makes outside its folder, differently in every checkout."""
        return f"etcd-aws-{self.name}-{hashlib.sha256(str(self.folder.parent).encode()).hexdigest()[:6]}"

    @property
    def log(self) -> Path:
        """What the region's own processes print."""
        return self.folder / LOGS[0] / "daemon.log"

    def status(self) -> RegionStatus:
        """How the region is."""
        record = Record.read(self.folder)
        if record is None:
            return RegionStatus("absent", f"region {self.name} is not running", "Start it with `make up`.")
        remedy = "Its machines and their data are gone. `make down` clears what is left, then `make up` starts anew."
        if not record.of_this_boot():
            return RegionStatus("dead", f"region {self.name} ended when this host was rebooted", remedy)
        if not record.namespace.alive():
            return RegionStatus("dead", f"region {self.name} died; {self.log} may tell why", remedy)
        if not _listens(record.namespace.pid):
            return RegionStatus("dead", f"region {self.name} runs, but its API does not answer; see {self.log}", remedy)
        return RegionStatus("running", f"region {self.name} is running", "")

    def up(self) -> None:
        """Start the region unless it is running, and wait until its API answers.

        Raises:
            RegionError: it is dead, or does not come up.
        """
        _demand_root()
        with self._locked():
            status = self.status()
            if status.running:
                return
            if status.dead:
                raise RegionError(f"{status.why}. {status.remedy}")
            sweep(self.folder, self.tag)
            self._rotate_logs()
            argv = [sys.executable, "-m", "sandbox.region.supervisor", f"--folder={self.folder}"]
            argv += [f"--image={self._image}", f"--tag={self.tag}", f"--api={self._api}"]
            lives = launch(argv, unit=self.tag, log=self.log)
            if not self._runs_soon(lives):
                self._end()
                sweep(self.folder, self.tag)
                last = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
                raise RegionError(f"region {self.name} did not start. The end of {self.log}:\n{last}")

    def down(self) -> None:
        """End the region, in order when it can be had, and remove all of it but its logs."""
        if not self.folder.exists():
            return
        _demand_root()
        with self._locked():
            self._end()
            sweep(self.folder, self.tag)
            for entry in self.folder.iterdir():
                if entry.name not in LOGS:
                    remove(entry)

    def enter(self, argv: list[str]) -> list[str]:
        """The command that runs `argv` in the region's network.

        Only in its network, not by `ip netns exec`: that mounts another /sys.

        Raises:
            RegionError: the region is not running.
        """
        record = Record.read(self.folder)
        status = self.status()
        if record is None or not status.running:
            raise RegionError(f"{status.why}. {status.remedy}")
        return ["nsenter", f"--net=/proc/{record.namespace.pid}/ns/net", "--", *argv]

    def _runs_soon(self, supervisor_lives: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.status().running:
            if not supervisor_lives() or time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _end(self) -> None:
        """End the region's processes, in order when it can be had."""
        record = Record.read(self.folder)
        if record is None or not record.of_this_boot():
            return
        record.supervisor.send(signal.SIGTERM)
        if not record.supervisor.wait(SHUTDOWN_TIMEOUT_SECONDS):
            record.supervisor.send(signal.SIGKILL)
        record.namespace.send(signal.SIGKILL)
        if not record.namespace.wait(KILL_TIMEOUT_SECONDS):
            raise RegionError(f"process {record.namespace.pid} of region {self.name} does not die; see `ps`")

    def _rotate_logs(self) -> None:
        logs, before = (self.folder / name for name in LOGS)
        if logs.exists():
            remove(before)
            logs.rename(before)
        logs.mkdir(mode=0o700)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One command at a time starts or ends a region. The folder is the lock: it stays when its files go."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _demand_root() -> None:
    if os.geteuid() != 0:
        raise RegionError("the sandbox makes namespaces, mounts and loop devices, so it must run as root; use sudo")


def _listens(pid: int) -> bool:
    """Whether something listens on the API's port in the network namespace of a process."""
    try:
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return False
    sockets = [line.split() for line in lines]
    return any(fields[1].endswith(f":{API_PORT:04X}") and fields[3] == _LISTENING for fields in sockets)
