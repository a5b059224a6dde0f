"""Processes that outlive a killed engine: plugins notice only after five minutes that it is gone."""

import contextlib
import os
import signal
import time
from pathlib import Path

GRACE_SECONDS = 3.0


def end(pulumi_home: Path, proc: Path = Path("/proc")) -> list[int]:
    """Ends the plugins of dead engines of this region: first politely, then by force. Returns their process IDs."""
    process_ids = find(pulumi_home, proc)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process_id in process_ids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, number)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(_runs(process_id, proc) for process_id in process_ids) and time.monotonic() < deadline:
            time.sleep(0.05)
    return process_ids


def find(pulumi_home: Path, proc: Path = Path("/proc")) -> list[int]:
    """Plugins started under this PULUMI_HOME, unless an engine of the same home still runs: then none is a leftover."""
    marker = f"PULUMI_HOME={pulumi_home}".encode()
    plugins: list[int] = []
    for folder in proc.iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            if marker not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            words = (folder / "cmdline").read_bytes().split(b"\0")[:3]
        except OSError:  # ended meanwhile, or not ours
            continue
        names = [os.path.basename(word.decode(errors="replace")) for word in words]  # noqa: PTH119 - not always a path
        if names[0] == "pulumi":
            return []
        if any(name.startswith(("pulumi-resource-", "pulumi-language-")) for name in names):
            plugins.append(int(folder.name))
    return plugins


def _runs(process_id: int, proc: Path) -> bool:
    try:
        return (proc / str(process_id) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
