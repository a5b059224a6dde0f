"""Faults on demand, which no AWS API has: `PUT /_sandbox/zones/us-east-1a` with the body `down` or `up`."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sandbox.cloud.machines import MachineError, Machines

PREFIX = "/_sandbox/zones/"


class Faults:
    """WSGI middleware that answers these requests and passes on all others."""

    def __init__(self, app: WSGIApplication, machines: Machines) -> None:
        self._app = app
        self._acts = {"down": machines.cut_zone, "up": machines.restore_zone}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        wanted = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        status, answer = "200 OK", f"{path.removeprefix(PREFIX)} is {wanted}"
        try:
            self._acts[wanted](path.removeprefix(PREFIX))
        except KeyError:
            status, answer = "400 Bad Request", f"{wanted!r}: a zone goes {' or '.join(self._acts)}"
        except MachineError as error:
            status, answer = "404 Not Found", str(error)
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(answer.encode())))])
        return [answer.encode()]
