"""Requests that no AWS API has: faults in a zone, and newer images.

`PUT /_sandbox/zones/us-east-1a` with the body `down` or `up` makes a fault or ends it; `PUT /_sandbox/images` publishes
newer images of Debian.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sandbox.machines.machines import MachineError, Machines

ZONES = "/_sandbox/zones/"
IMAGES = "/_sandbox/images"


class ControlApi:
    """WSGI middleware that answers these requests and passes on all others."""

    def __init__(self, app: WSGIApplication, machines: Machines, publish: Callable[[], list[str]]) -> None:
        self._app = app
        self._publish = publish
        self._actions = {"down": machines.isolate_zone, "up": machines.restore_zone}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == IMAGES:
            status, answer = "200 OK", "\n".join(self._publish())
        elif path.startswith(ZONES):
            wanted = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
            status, answer = self._change_zone(path.removeprefix(ZONES), wanted)
        else:
            return self._app(environ, start_response)
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(answer.encode())))])
        return [answer.encode()]

    def _change_zone(self, zone: str, wanted: str) -> tuple[str, str]:
        try:
            self._actions[wanted](zone)
        except KeyError:
            return "400 Bad Request", f"{wanted!r}: a zone goes {' or '.join(self._actions)}"
        except MachineError as error:
            return "404 Not Found", str(error)
        return "200 OK", f"{zone} is {wanted}"
