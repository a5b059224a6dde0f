"""A region from outside: its start, its status, commands in it, and its end, which leaves nothing behind."""

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
from pathlib import Path

from sandbox.machines.machines import MachineError
from sandbox.region.cleanup import clean_up, remove
from sandbox.region.launch import launch
from sandbox.region.processes import POLL_SECONDS, Process
from sandbox.region.runtime_state import RuntimeState
from sandbox.region.status import RegionStatus, look

LOGS = ("log", "log.before")
"""What `down` leaves in the region's folder: the logs of this life, and of the one before."""

START_TIMEOUT_SECONDS = 120.0  # an emulated host took more than 60
SHUTDOWN_TIMEOUT_SECONDS = 40.0
KILL_TIMEOUT_SECONDS = 10.0


class RegionError(RuntimeError):
    """The region cannot do what was asked; the message says why and what to do."""


class Region:
    """One region. All of it is below `<state>/<name>/`.

    `api` is the `sandbox.machines.machines.Serve` that answers in it, as `module:function`; `up` alone needs it.
    """

    def __init__(self, state: Path, toolchain_image: Path, *, name: str | None = None, api: str = "") -> None:
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
        return look(self.folder, self.name, self.log)

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
            self._clear()
            self._rotate_logs()
            argv = [sys.executable, "-m", "sandbox.region.supervisor", f"--folder={self.folder}"]
            argv += [f"--image={self._image}", f"--tag={self.tag}", f"--api={self._api}"]
            lives = launch(argv, unit=self.tag, log=self.log)
            if why := self._why_not_running(lives):
                self._clear()
                last = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:]) or "(nothing)"
                raise RegionError(f"region {self.name} did not start: {why}. The end of {self.log}:\n{last}")

    def down(self) -> None:
        """End the region, in order when it can be had, and remove all of it but its logs."""
        if not self.folder.exists() and not Process.with_argument(f"--tag={self.tag}"):
            return
        _demand_root()
        with self._locked():
            self._clear()
            for entry in self.folder.iterdir():
                if entry.name not in LOGS:
                    remove(entry)

    def enter(self, argv: list[str]) -> list[str]:
        """The command that runs `argv` in the region's network.

        Only in its network, not by `ip netns exec`: that mounts another /sys.

        Raises:
            RegionError: the region is not running.
        """
        runtime = RuntimeState.read(self.folder)
        status = self.status()
        if runtime is None or not status.running:
            raise RegionError(f"{status.why}. {status.remedy}")
        return ["nsenter", f"--net=/proc/{runtime.namespace.pid}/ns/net", "--", *argv]

    def _why_not_running(self, supervisor_lives: Callable[[], bool]) -> str:
        """Empty as soon as the region runs."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.status().running:
            if not supervisor_lives():
                return "its supervisor ended"
            if time.monotonic() > deadline:
                return f"not within {START_TIMEOUT_SECONDS:.0f} s; a busy host may be too slow, try again"
            time.sleep(POLL_SECONDS)
        return ""

    def _clear(self) -> None:
        """End what lives of the region, in order when it can be had, and remove what it made."""
        runtime = RuntimeState.read(self.folder)
        if runtime is None:
            # Its folder may have been deleted under it. All its processes have this among their arguments.
            unrecorded = Process.with_argument(f"--tag={self.tag}")
            _end([process for process in unrecorded if process.has_argument("sandbox.region.supervisor")], unrecorded)
        elif runtime.of_this_boot():
            _end([runtime.supervisor], [runtime.supervisor, runtime.namespace])
        try:
            clean_up(self.folder, self.tag)
        except (MachineError, TimeoutError) as error:
            raise RegionError(f"region {self.name} is not cleared: {error}") from error

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


def _end(supervisors: list[Process], others: list[Process]) -> None:
    """Ask the supervisors to end a region, then kill what has not gone."""
    for process in supervisors:
        process.send(signal.SIGTERM)
    for process in supervisors:
        process.wait(SHUTDOWN_TIMEOUT_SECONDS)
    for process in others:
        process.send(signal.SIGKILL)
    for process in others:
        if not process.wait(KILL_TIMEOUT_SECONDS):
            raise RegionError(
                f"process {process.pid} of a region does not die; `ps -o stat,wchan {process.pid}` may tell why"
            )
