"""A client of etcd over its HTTP gateway, inside the region: mutual TLS, one endpoint at a time."""

import base64
import http.client
import itertools
import json
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Client:
    """Speaks to one endpoint until that fails, then to the next."""

    def __init__(self, access: Path, endpoints: Sequence[str], timeout_seconds: float) -> None:
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
                raise OSError(f"status {answer.status}: {content.decode(errors='replace')}")
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise
        decoded: dict[str, Any] = json.loads(content)
        return decoded


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def decode(text: str) -> str:
    return base64.b64decode(text).decode()


def raise_alarm(access: str, endpoint: str, member_id: int, alarm: str) -> None:
    """As a member does that finds its quota used up (NOSPACE) or its data wrong (CORRUPT)."""
    Client(Path(access), [endpoint], timeout_seconds=5).ask(
        "/v3/maintenance/alarm", {"action": "ACTIVATE", "memberID": str(member_id), "alarm": alarm}
    )
