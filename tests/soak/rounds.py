"""The rounds of a part: measured once for each commit, kept in a file, so that an interrupted part goes on."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.framework.sandbox import CHECKOUT

FOLDER = CHECKOUT / ".sandbox" / "soak"
LIMIT_SECONDS = 3600
Round = dict[str, Any]


def measure(part: str, commit: str, count: int, one: Callable[[], Round]) -> list[Round]:
    """As many rounds as wanted, less those that are there already for this commit.

    Where another one might not end within the hour, those that there are; the next start takes the rest.
    """
    began, file = time.monotonic(), _file(part, commit)
    while len(rounds := _read(file)) < count:
        longest = max((each["seconds"] for each in rounds), default=0)
        if rounds and time.monotonic() - began + longest > LIMIT_SECONDS:
            return rounds
        start, load = time.monotonic(), os.getloadavg()[0]
        done = {**one(), "load_before": round(load, 2), "seconds": round(time.monotonic() - start)}
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as lines:
            lines.write(json.dumps(done) + "\n")
    return rounds


def forget(part: str, commit: str) -> None:
    """The next start measures anew."""
    _file(part, commit).unlink(missing_ok=True)


def current_commit() -> str:
    """Of what is measured; with a mark where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.strip()


def _file(part: str, commit: str) -> Path:
    return FOLDER / f"{part}-{commit}.jsonl"


def _read(file: Path) -> list[Round]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
