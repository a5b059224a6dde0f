"""The region's volumes: a sparse file each, on a loop device while a machine has it.

A loop device is set to clear itself when the last one to hold it lets go (losetup(8), "lazy device destruction"), and
the daemon is the one that holds it: so none is left when the region dies, however it dies.
"""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.machines.machines import MachineError
from sandbox.region.host_commands import run

GIB = 1024**3
TABLE = "usr/lib/sandbox/disks.table"
"""In a machine: which node is which volume; read by the layer's `disks` script."""

LOSETUP_ATTEMPTS = 10


@dataclass(frozen=True)
class LoopDevice:
    """A loop device that this process holds."""

    path: str
    major: int
    minor: int
    descriptor: int

    @classmethod
    def open(cls, backing_file: Path) -> LoopDevice:
        """Put a file on a free loop device.

        Raises:
            MachineError: none is to be had.
        """
        # Other regions and other programs look for a free device too, and losetup may lose the race for one.
        for attempt in range(LOSETUP_ATTEMPTS):
            try:
                path = run("losetup", "--find", "--show", _direct_io(backing_file), str(backing_file)).strip()
                break
            except MachineError:
                if attempt == LOSETUP_ATTEMPTS - 1:
                    raise
                time.sleep(0.05)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        # Detaching a device that is open only marks it, to be cleared by its last close.
        run("losetup", "--detach", path)
        number = os.fstat(descriptor).st_rdev
        return cls(path, os.major(number), os.minor(number), descriptor)

    def close(self) -> None:
        """Let go of it; it clears itself once nothing else has it open."""
        os.close(self.descriptor)


def _direct_io(file: Path) -> str:
    """losetup's option for direct I/O, where the file's filesystem can.

    Without it each fsync in a machine waits for the host's filesystem too: 3.6 ms against 0.5 ms (2 KiB, ext4 on ext4).
    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_DIRECT | os.O_CLOEXEC))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return "--direct-io=off"
    return "--direct-io=on"


class Disks:
    """The volumes of one region."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(mode=0o700)
        self._loops: dict[str, LoopDevice] = {}
        self._lock = threading.Lock()

    def create(self, volume_id: str, size_gib: int) -> None:
        """Make an empty disk."""
        with self._lock, self._file(volume_id).open("xb") as file:
            file.truncate(size_gib * GIB)

    def grow(self, volume_id: str, size_gib: int) -> None:
        """Make a disk larger; a machine that has it sees the new size at once."""
        with self._lock:
            os.truncate(self._existing(volume_id), size_gib * GIB)
            if volume_id in self._loops:
                run("losetup", "--set-capacity", self._loops[volume_id].path)

    def delete(self, volume_id: str) -> None:
        """Delete a disk."""
        with self._lock:
            if volume_id in self._loops:
                raise MachineError(f"volume {volume_id} is attached; detach it first")
            self._existing(volume_id).unlink()

    def attach(self, volume_id: str) -> LoopDevice:
        """Make the volume a block device of the host."""
        with self._lock:
            if volume_id in self._loops:
                raise MachineError(f"volume {volume_id} is attached already")
            loop = self._loops[volume_id] = LoopDevice.open(self._existing(volume_id))
            return loop

    def detach(self, volume_id: str) -> None:
        """Make it a mere file again."""
        with self._lock:
            self._loops.pop(volume_id).close()

    def device(self, volume_id: str) -> LoopDevice:
        """The block device of an attached volume."""
        return self._loops[volume_id]

    def _file(self, volume_id: str) -> Path:
        return self._folder / f"{volume_id}.img"

    def _existing(self, volume_id: str) -> Path:
        file = self._file(volume_id)
        if not file.exists():
            raise MachineError(f"no volume {volume_id} in this region")
        return file


def table(volumes: Sequence[tuple[str, str, LoopDevice]]) -> str:
    """A machine's disk table from node name, volume ID and device of each."""
    # EC2 shows a volume's ID as the NVMe serial number, without the dash.
    return "".join(f"{node} {loop.major} {loop.minor} {volume.replace('-', '')}\n" for node, volume, loop in volumes)


def release_leftovers(folder: Path) -> None:
    """Free the loop devices on files below `folder` that a crash between two steps of `LoopDevice.open` left."""
    listed = run("losetup", "--list", "--json", "--output", "NAME,BACK-FILE").strip()
    for loop in json.loads(listed)["loopdevices"] if listed else []:
        backing_file = (loop["back-file"] or "").removesuffix(" (deleted)")
        if backing_file and Path(backing_file).is_relative_to(folder):
            run("losetup", "--detach", loop["name"])
