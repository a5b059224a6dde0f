"""The control groups of a region's machines: made, limited, found again by name, removed.

Works on the hierarchies that the host has: version 1, both, or version 2 only (cgroups(7)). Everything is made below
the caller's own group, so that limits set on the caller hold for its machines as well.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from sandbox.region.launch import booted_with_systemd

ROOT = Path("/sys/fs/cgroup")
REMOVE_TIMEOUT_SECONDS = 5.0
MEMORY_LIMIT_BYTES = 2 * 1024**3
PROCESS_LIMIT = 4096

# cpuset is left out: a new group in it takes no process before its CPUs and memory nodes are set.
_CONTROLLERS = {"cpu", "cpuacct", "memory", "pids", "freezer", "blkio", "name=systemd"}


def create(tag: str) -> list[Path]:
    """Make the region's group in every hierarchy and return the folders."""
    groups = []
    for mount_point, own_path in _own_groups():
        group = mount_point / own_path.lstrip("/") / tag
        group.mkdir(exist_ok=True)
        groups.append(group)
    if version_2_only() and groups:
        _delegate(groups[0])
    return groups


def create_machine(region_groups: list[Path], machine: str) -> list[Path]:
    """Make one machine's groups below the region's, with their limits."""
    groups = [group / machine for group in region_groups]
    for group in groups:
        group.mkdir(exist_ok=True)
        for name, limit in (
            ("memory.limit_in_bytes", MEMORY_LIMIT_BYTES),
            ("memory.max", MEMORY_LIMIT_BYTES),
            ("pids.max", PROCESS_LIMIT),
        ):
            if (group / name).exists():
                (group / name).write_text(str(limit))
    return groups


def remove(tag: str) -> None:
    """Remove the region's groups wherever they are.

    Raises:
        TimeoutError: processes still live in one of them.
    """
    deadline = time.monotonic() + REMOVE_TIMEOUT_SECONDS
    while groups := find(tag):
        for group in groups:
            remove_tree(group)
        if time.monotonic() > deadline:
            raise TimeoutError(f"control groups still in use: {', '.join(map(str, find(tag)))}; see cgroup.procs there")
        time.sleep(0.02)


def remove_tree(group: Path) -> None:
    """Remove a group and those below it, as far as they are empty of processes."""
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            Path(folder).rmdir()
        except OSError:
            return


def find(tag: str) -> list[Path]:
    """The groups of this name in all hierarchies."""
    found = []
    for folder, names, _ in os.walk(ROOT):
        if tag in names:
            found.append(Path(folder, tag))
            names.remove(tag)
    return found


def version_2_only() -> bool:
    """Whether the host has the unified hierarchy alone."""
    return (ROOT / "cgroup.controllers").exists()


def _own_groups() -> list[tuple[Path, str]]:
    """Where each hierarchy is mounted, and the caller's own group in it."""
    groups = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        if not names:
            mount_point = ROOT if version_2_only() else ROOT / "unified"
        elif set(names.split(",")) & _CONTROLLERS:
            mount_point = ROOT / names.removeprefix("name=")
        else:
            continue
        if mount_point.is_dir():
            groups.append((mount_point, path))
    return groups


def _delegate(region_group: Path) -> None:
    """Let version 2 limit the machines: a group that hands controllers down may hold no process itself.

    Works in a systemd unit with Delegate=yes (systemd.resource-control(5)), where the caller is alone in its group.
    Elsewhere the parent group belongs to others, and the machines run without limits of their own.
    """
    unit_group = region_group.parent
    leaf = unit_group / "supervisor"
    if not booted_with_systemd():
        return
    leaf.mkdir(exist_ok=True)
    (leaf / "cgroup.procs").write_text("0")
    for group in (unit_group, region_group):
        offered = (group / "cgroup.controllers").read_text().split()
        wanted = " ".join(f"+{name}" for name in ("cpu", "io", "memory", "pids") if name in offered)
        (group / "cgroup.subtree_control").write_text(wanted)
