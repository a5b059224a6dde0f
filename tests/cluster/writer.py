"""Writes one key after the other until told to stop, from inside the region: a client that lives through a change.

    python writer.py ACCESS_FOLDER STOP_FILE ENDPOINT…

A write that an endpoint refuses is tried at the next. Prints JSON: how many were acknowledged, the longest gap between
two acknowledgements, how many attempts were refused or not answered in time, how many writes failed everywhere, and how
many of the acknowledged are missing at the end.
"""

import base64
import http.client
import itertools
import json
import ssl
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# etcd drops a write that reaches a leader on the move, and tells nobody (etcd issue 8975): 8 of 100 moves had one. Less
# than an election takes, so that a test can tell the two apart.
PUT_SECONDS = 0.5
RANGE_SECONDS = 10
LIMIT_SECONDS = 600
PATIENCE_SECONDS = 5  # etcdctl's --command-timeout
PREFIX = "written/"


class Client:
    """Speaks to the gateway of one endpoint at a time."""

    def __init__(self, access: Path, endpoints: list[str], timeout_seconds: float) -> None:
        self._tls = ssl.create_default_context(cafile=str(access / "ca.crt"))
        self._tls.load_cert_chain(access / "admin.crt", access / "admin.key")
        self._endpoints = itertools.cycle(endpoints)
        self._timeout_seconds = timeout_seconds
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        if self._connection is None:
            url = urlsplit(next(self._endpoints))
            self._connection = http.client.HTTPSConnection(
                str(url.hostname), url.port, context=self._tls, timeout=self._timeout_seconds
            )
        try:
            self._connection.request("POST", path, json.dumps(body))
            answer = self._connection.getresponse()
            content = answer.read()
            if answer.status != http.client.OK:
                raise OSError(f"status {answer.status}")
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise
        decoded: dict[str, Any] = json.loads(content)
        return decoded


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass
class Report:
    """How the writes went."""

    acknowledged: list[str] = field(default_factory=list)
    longest_gap_seconds: float = 0.0
    refused: int = 0
    """Attempts that one endpoint did not answer well."""
    unanswered: int = 0
    """Attempts that one endpoint did not answer in time."""
    failed: int = 0
    """Writes that the client had to give up."""


def put(client: Client, key: str, report: Report) -> bool:
    """Whether the write was acknowledged, by whichever endpoint, in the time that etcdctl would wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            client.ask("/v3/kv/put", {"key": encode(key), "value": encode("x")})
        except TimeoutError:
            report.unanswered += 1
            continue
        except (OSError, http.client.HTTPException):
            report.refused += 1
            time.sleep(0.02)
            continue
        return True
    report.failed += 1
    return False


def write(client: Client, stop: Path) -> Report:
    report = Report()
    last = time.monotonic()
    deadline = last + LIMIT_SECONDS
    for number in itertools.count():
        if stop.exists() or time.monotonic() > deadline:
            return report
        key = f"{PREFIX}{number:09}"
        if put(client, key, report):
            now = time.monotonic()
            report.acknowledged.append(key)
            report.longest_gap_seconds, last = max(report.longest_gap_seconds, now - last), now
            time.sleep(0.01)
    raise AssertionError("unreachable")


def main() -> None:
    access, stop, *endpoints = sys.argv[1:]
    report = write(Client(Path(access), endpoints, PUT_SECONDS), Path(stop))
    end = encode(PREFIX.replace("/", "0"))
    reader = Client(Path(access), endpoints, RANGE_SECONDS)
    found = reader.ask("/v3/kv/range", {"key": encode(PREFIX), "range_end": end, "keys_only": True})
    kept = {base64.b64decode(each["key"]).decode() for each in found.get("kvs", [])}
    print(
        json.dumps(
            {
                "acknowledged": len(report.acknowledged),
                "longest_gap_seconds": round(report.longest_gap_seconds, 3),
                "refused": report.refused,
                "unanswered": report.unanswered,
                "failed": report.failed,
                "missing": len(set(report.acknowledged) - kept),
            }
        )
    )


if __name__ == "__main__":
    main()
