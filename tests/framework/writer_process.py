"""The process that writes one key after the other until told to stop, from inside the region.

    python -m tests.framework.writer_process ACCESS_FOLDER FOLDER NAME PAUSE_SECONDS ENDPOINT…

FOLDER gets a file `started-NAME` after the first write; a file `stop` there ends the process. NAME tells this writer's
keys from those of another. A write that an endpoint refuses is tried at the next. Prints the report as JSON;
`writer.py` starts the process and has the report's fields.
"""

import http.client
import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.framework.etcd_client import Client, decode, encode

# etcd drops a write that reaches a leader on the move, and tells nobody (etcd issue 8975): 8 of 100 moves had one. Less
# than an election takes, so that a test can tell the two apart.
PUT_SECONDS = 0.5
RANGE_SECONDS = 10
LIMIT_SECONDS = 3600
PATIENCE_SECONDS = 5  # etcdctl's --command-timeout
PREFIX = "written/"


@dataclass
class Log:
    """How the writes went."""

    acknowledged: list[str] = field(default_factory=list)
    longest_gap_seconds: float = 0.0
    refused: int = 0
    unanswered: int = 0
    failed: int = 0


def put(client: Client, key: str, log: Log) -> bool:
    """Whether the write was acknowledged, by whichever endpoint, in the time that etcdctl would wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            client.ask("/v3/kv/put", {"key": encode(key), "value": encode("x")})
        except TimeoutError:
            log.unanswered += 1
            continue
        except (OSError, http.client.HTTPException):
            log.refused += 1
            time.sleep(0.02)
            continue
        return True
    log.failed += 1
    return False


def write(client: Client, folder: Path, name: str, pause_seconds: float) -> Log:
    log, stop = Log(), folder / "stop"
    last = time.monotonic()
    deadline = last + LIMIT_SECONDS
    for number in itertools.count():
        if stop.exists() or time.monotonic() > deadline:
            break
        key = f"{PREFIX}{name}/{number:09}"
        if put(client, key, log):
            now = time.monotonic()
            log.acknowledged.append(key)
            log.longest_gap_seconds, last = max(log.longest_gap_seconds, now - last), now
            if len(log.acknowledged) == 1:
                (folder / f"started-{name}").touch()
            time.sleep(pause_seconds)
    return log


def kept(client: Client, name: str) -> set[str]:
    """The keys of this writer that are there at the end."""
    first, end = f"{PREFIX}{name}/", f"{PREFIX}{name}0"
    found = client.ask("/v3/kv/range", {"key": encode(first), "range_end": encode(end), "keys_only": True})
    return {decode(each["key"]) for each in found.get("kvs", [])}


def main() -> None:
    access, folder, name, pause, *endpoints = sys.argv[1:]
    log = write(Client(Path(access), endpoints, PUT_SECONDS), Path(folder), name, float(pause))
    missing = set(log.acknowledged) - kept(Client(Path(access), endpoints, RANGE_SECONDS), name)
    report = {
        "acknowledged": len(log.acknowledged),
        "longest_gap_seconds": round(log.longest_gap_seconds, 3),
        "refused": log.refused,
        "unanswered": log.unanswered,
        "failed": log.failed,
        "missing": len(missing),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
