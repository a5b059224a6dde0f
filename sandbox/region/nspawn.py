"""One boot of a machine: a systemd-nspawn process and the systemd that runs in it. See systemd-nspawn(1)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from sandbox.machines.machines import MachineError
from sandbox.region.host_commands import SEARCH_PATH, run
from sandbox.region.processes import Process

REBOOT_EXIT_CODE = 133
"""What nspawn ends with under --keep-unit when the machine rebooted: whoever started it is to start it again."""

SIGNAL_POWER_OFF = signal.SIGRTMIN + 4
SIGNAL_REBOOT = signal.SIGRTMIN + 5
SIGNAL_INTERVAL_SECONDS = 0.5
SYSTEMD_TIMEOUT_SECONDS = 30

# Moves itself into the control groups named before "--", then becomes the rest.
_IN_CONTROL_GROUPS = 'while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs" || exit; shift; done; shift; exec "$@"'


class Boot:
    """A machine from power on to power off."""

    def __init__(self, *, name: str, root: Path, bridge: str, console: Path, control_groups: Sequence[Path]) -> None:
        # Unregistered: systemd-machined may not be there, and cannot see into the region's PID namespace.
        command = [
            "systemd-nspawn",
            "--quiet",
            "--boot",
            "--register=no",
            "--keep-unit",
            f"--machine={name}",
            f"--directory={root}",
            f"--network-bridge={bridge}",
            "--console=read-only",
            "--link-journal=no",
            "--resolv-conf=off",
            "--timezone=off",
        ]
        with console.open("ab") as output:
            self._nspawn = subprocess.Popen(
                ["sh", "-c", _IN_CONTROL_GROUPS, "machine", *map(str, control_groups), "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": SEARCH_PATH, "TERM": "dumb"},
            )
        self._init: Process | None = None

    def on(self) -> bool:
        """Whether it is still up."""
        return self._nspawn.poll() is None

    def exit_code(self) -> int | None:
        """What nspawn ended with; None while it is up."""
        return self._nspawn.poll()

    def wait(self) -> int:
        """Wait until nspawn ends, and the machine's last process with it; return nspawn's exit code."""
        code = self._nspawn.wait()
        # The kernel kills the machine's init with nspawn, and lets go of that only after all the machine's processes.
        if self._init:
            self._init.wait(SYSTEMD_TIMEOUT_SECONDS)
        return code

    def init(self) -> Process | None:
        """The machine's own PID 1 as the region sees it, once it exists."""
        if self._init is None:
            pid = self._nspawn.pid
            try:
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
                self._init = next((Process.of(int(child)) for child in children if _is_init(int(child))), None)
            except (FileNotFoundError, ProcessLookupError):
                return None
        return self._init

    def signal_until_off(self, number: int, timeout_seconds: float) -> bool:
        """Ask systemd in the machine to shut down, until it has or the time is over.

        Signals again and again, since systemd ignores them in its first moments.
        """
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            init = self.init()
            if init and init.alive():
                os.kill(init.pid, number)
            try:
                self._nspawn.wait(SIGNAL_INTERVAL_SECONDS if init else 0.02)
            except subprocess.TimeoutExpired:
                continue
            return True
        return False

    def kill(self) -> None:
        """Pull the plug."""
        self._nspawn.kill()
        self.wait()

    def run_inside(self, *argv: str) -> None:
        """Run a program of the machine in it as root, once its systemd is there; not when it goes off meanwhile."""
        deadline = time.monotonic() + SYSTEMD_TIMEOUT_SECONDS
        while not (init := self.init()) or not _is_systemd(init.pid):
            if not self.on():
                return
            if time.monotonic() > deadline:
                raise MachineError(
                    f"systemd did not start in the machine in {SYSTEMD_TIMEOUT_SECONDS} s; see its console"
                )
            time.sleep(0.01)
        # The PID namespace too: without it the machine's /proc does not know the program, and libc needs /proc/self.
        try:
            run("nsenter", f"--target={init.pid}", "--mount", "--pid", "--root", "--wd", "--", *argv)
        except MachineError:
            # It may have powered off meanwhile, and then there is nothing left to run in.
            if init.alive():
                raise

    def mounted_devices(self) -> set[str]:
        """The `MAJOR:MINOR` of everything mounted in the machine."""
        init = self.init()
        if init is None or not init.alive():
            return set()
        try:
            lines = Path(f"/proc/{init.pid}/mountinfo").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, OSError):
            return set()
        return {line.split()[2] for line in lines}


def _is_init(pid: int) -> bool:
    """Whether a process is number 1 of a PID namespace below this one: nspawn has other, passing children."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("NSpid:"):
            numbers = line.split()[1:]
            return len(numbers) == 2 and numbers[1] == "1"
    return False


def _is_systemd(pid: int) -> bool:
    """Whether nspawn's child has become systemd: before, its root is not the machine's yet."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name == "systemd"
    except OSError:
        return False
