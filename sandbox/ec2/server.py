"""The API of a region over HTTP: moto's server application with the sandbox's EC2 in it, in the caller's process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer
from werkzeug.serving import make_server as make_wsgi_server

from sandbox.ec2 import install
from sandbox.ec2.control_api import ControlApi
from sandbox.ec2.request_log import RequestLog
from sandbox.machines.machines import Machines


class QuietHandler(MotoRequestHandler):
    """Logs nothing itself: `request_log` does."""

    protocol_version = "HTTP/1.1"
    # An answer goes out in one piece. Once the AWS SDK for Go has seen an answer's head, it closes the request; where
    # its writer had not noticed yet that the request was out, that drops the connection with the rest unread, and the
    # call is sent again. So near a server that was once in 700 calls, and what was revoked cannot be revoked again.
    wbufsize = 1024 * 1024

    def log_request(self, *_arguments: Any) -> None:
        return


def make_server(
    machines: Machines,
    *,
    host: str = "127.0.0.1",
    port: int = 4566,
    region: str = "us-east-1",
    log: Path | None = None,
) -> BaseWSGIServer:
    """A server that listens already; `serve_forever` answers, `shutdown` from another thread ends it."""
    install(machines)
    backend: Any = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    dispatcher: Any = DomainDispatcherApplication(create_backend_app)
    app = ControlApi(RequestLog(dispatcher, log) if log else dispatcher, machines, backend.publish_images)
    return make_wsgi_server(host, port, app, threaded=True, request_handler=QuietHandler)


def serve(machines: Machines, *, log: Path) -> None:
    """Answer API requests until the process ends. `log` gets a line per call."""
    make_server(machines, log=log).serve_forever()
