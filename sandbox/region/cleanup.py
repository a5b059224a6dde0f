"""Removes what a region that has ended left on the host, found by its folder and its name."""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox.region import cgroups, disks
from sandbox.region.host_commands import run
from sandbox.region.runtime_state import FILE as RUNTIME_FILE


def clean_up(folder: Path, tag: str) -> None:
    """Remove control groups, mounts, loop devices, and the files that a region makes in its folder when it starts.

    Namespaces are not among them: they go with their last process.
    """
    cgroups.remove(tag)
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount_point in reversed(mounts):
        if Path(mount_point).is_relative_to(folder):
            run("umount", "--lazy", mount_point)
    disks.release_leftovers(folder)
    for name in (RUNTIME_FILE, "layer", "machines", "volumes"):
        remove(folder / name)


def remove(path: Path) -> None:
    """Remove a file or a folder, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
