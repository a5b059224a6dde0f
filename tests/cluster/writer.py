"""Writes one key after the other until told to stop, from inside the region: a client that lives through a change.

    python writer.py ACCESS_FOLDER STOP_FILE ENDPOINT…

A write that fails is tried at the next endpoint. Prints JSON: how many were acknowledged, the longest gap between two
acknowledgements, and how many of the acknowledged are missing at the end.
"""

import base64
import http.client
import itertools
import json
import ssl
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 2
LIMIT_SECONDS = 600
PREFIX = "written/"


class Client:
    """Speaks to the gateway of one endpoint at a time."""

    def __init__(self, access: Path, endpoints: list[str]) -> None:
        self._tls = ssl.create_default_context(cafile=str(access / "ca.crt"))
        self._tls.load_cert_chain(access / "admin.crt", access / "admin.key")
        self._endpoints = itertools.cycle(endpoints)
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        if self._connection is None:
            url = urlsplit(next(self._endpoints))
            self._connection = http.client.HTTPSConnection(
                str(url.hostname), url.port, context=self._tls, timeout=TIMEOUT_SECONDS
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


def write(client: Client, stop: Path) -> tuple[list[str], float]:
    """Keys that were acknowledged, and the longest gap."""
    acknowledged: list[str] = []
    longest, last = 0.0, time.monotonic()
    deadline = last + LIMIT_SECONDS
    for number in itertools.count():
        if stop.exists() or time.monotonic() > deadline:
            return acknowledged, longest
        try:
            client.ask("/v3/kv/put", {"key": encode(f"{PREFIX}{number:09}"), "value": encode("x")})
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
            continue
        now = time.monotonic()
        acknowledged.append(f"{PREFIX}{number:09}")
        longest, last = max(longest, now - last), now
        time.sleep(0.01)
    raise AssertionError("unreachable")


def main() -> None:
    access, stop, *endpoints = sys.argv[1:]
    client = Client(Path(access), endpoints)
    acknowledged, longest = write(client, Path(stop))
    end = encode(PREFIX.replace("/", "0"))
    found = client.ask("/v3/kv/range", {"key": encode(PREFIX), "range_end": end, "keys_only": True})
    kept = {base64.b64decode(each["key"]).decode() for each in found.get("kvs", [])}
    print(
        json.dumps(
            {
                "acknowledged": len(acknowledged),
                "longest_gap_seconds": round(longest, 3),
                "missing": len(set(acknowledged) - kept),
            }
        )
    )


if __name__ == "__main__":
    main()
