"""Processes that outlive a killed engine: plugins notice only after five minutes that it is gone."""

import contextlib
import os
import signal
import time
from pathlib import Path

from sandbox.region.processes import Process

GRACE_SECONDS = 3.0
# The last is the folder of a plugin, an argument of the one that is written in Python.
PLUGINS = ("pulumi-resource-", "pulumi-language-", "resource-")


def end(process_ids: list[int]) -> list[int]:
    """Ends processes, first politely, then by force, and never another one that got the number since."""
    there: list[Process] = []
    for process_id in process_ids:
        with contextlib.suppress(ProcessLookupError):
            there.append(Process.of(process_id))
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in there:
            process.send(number)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in there:
            process.wait(deadline - time.monotonic())
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
