"""Processes that outlive a killed engine: plugins notice only after five minutes that it is gone."""

import contextlib
import os
import signal
import time
from pathlib import Path

GRACE_SECONDS = 3.0
# The last is the folder of a plugin, an argument of the one that is written in Python.
PLUGINS = ("pulumi-resource-", "pulumi-language-", "resource-")


def end(process_ids: list[int], proc: Path = Path("/proc")) -> list[int]:
    """Ends processes, first politely, then by force."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process_id in process_ids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, number)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(_runs(process_id, proc) for process_id in process_ids) and time.monotonic() < deadline:
            time.sleep(0.05)
    return process_ids


def of_dead_engines(pulumi_home: Path, proc: Path = Path("/proc")) -> list[int]:
    """Plugins of this region, unless an engine of the region still runs: then none is a leftover."""
    found = processes(pulumi_home, proc)
    return [] if "pulumi" in found.values() else list(found)


def processes(pulumi_home: Path, proc: Path = Path("/proc")) -> dict[int, str]:
    """Engines and plugins that were started with this PULUMI_HOME: process ID to program."""
    marker = f"PULUMI_HOME={pulumi_home}".encode()
    found: dict[int, str] = {}
    for folder in proc.iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            if marker not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            words = (folder / "cmdline").read_bytes().split(b"\0")[:4]
        except OSError:  # ended meanwhile, or not ours
            continue
        names = [os.path.basename(word.decode(errors="replace")) for word in words]  # noqa: PTH119 - not always a path
        if names[0] == "pulumi":
            found[int(folder.name)] = names[0]
        for name in names:
            if name.startswith(PLUGINS):
                found[int(folder.name)] = name
    return found


def _runs(process_id: int, proc: Path) -> bool:
    try:
        return (proc / str(process_id) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
