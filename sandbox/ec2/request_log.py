"""A log of every API call: caller, action, resource, status and error. One JSON object per line.

It never holds a parameter's value but names and IDs, since user data and the like carry secrets.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.core.request import Request
from moto.core.routing import get_service_router

RESOURCE = re.compile(r"(\w+Id|\w*Name|\w*Arn)(\.1)?")
SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")
ATTEMPT = re.compile(r"attempt=(\d+)")
ERROR = re.compile(rb'<Code>([^<]+)</Code>|"__type":\s*"([^"]+)"')


class RequestLog:
    """WSGI middleware that writes the log and otherwise changes nothing."""

    def __init__(self, app: WSGIApplication, path: Path) -> None:
        self._app = app
        self._path = path
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        service, action, resource = describe(environ, body)
        answer: dict[str, str] = {}

        def remember(status: str, *rest: Any) -> Any:
            answer["status"] = status
            return start_response(status, *rest)

        chunks = list(self._app(environ, remember))
        failed = answer["status"][:1] != "2"
        match = ERROR.search(b"".join(chunks)) if failed else None
        error = (match[1] or match[2]).decode() if match else ""
        self._write(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "by": caller(environ),
                "attempt": attempt(environ),
                "service": service,
                "action": action,
                "resource": resource,
                "status": int(answer["status"][:3]),
                "error": error,
            }
        )
        return chunks

    def _write(self, call: dict[str, Any]) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(call) + "\n")


def caller(environ: WSGIEnvironment) -> str:
    """`pulumi` for the AWS provider, which is Terraform's inside; else what the client calls itself."""
    agent = environ.get("HTTP_USER_AGENT", "")
    return "pulumi" if "terraform-provider-aws" in agent else agent.partition("/")[0]


def attempt(environ: WSGIEnvironment) -> int:
    """1, unless an SDK sends the call again because it had no answer."""
    match = ATTEMPT.search(environ.get("HTTP_AMZ_SDK_REQUEST", ""))
    return int(match[1]) if match else 1


def describe(environ: WSGIEnvironment, body: bytes) -> tuple[str, str, str]:
    """Service, action and first named resource of a request, in whichever of AWS's protocols it came."""
    match = SERVICE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = match[1] if match else ""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return service, target.rpartition(".")[2], first_resource(json.loads(body or b"{}"))
    if service == "s3":
        return service, s3_action(environ), environ.get("PATH_INFO", "")
    parameters = dict(parse_qsl(body.decode(errors="replace"))) or dict(parse_qsl(environ.get("QUERY_STRING", "")))
    return service, parameters.get("Action", ""), first_resource(parameters)


def first_resource(parameters: dict[str, Any]) -> str:
    return next((str(value) for key, value in parameters.items() if RESOURCE.fullmatch(key)), "")


def s3_action(environ: WSGIEnvironment) -> str:
    try:
        operation, _ = get_service_router("s3").match(Request({**environ, "wsgi.input": io.BytesIO()}))
    except LookupError:
        return str(environ.get("REQUEST_METHOD", ""))
    return str(operation.name)
