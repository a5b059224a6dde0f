"""An API that calls the machines of a region directly, and its client: a test drives the machines without EC2."""

from __future__ import annotations

import base64
import http.client
import json
import signal
import subprocess
import sys
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sandbox.machines.firewall import Firewall, FirewallGroup, FirewallInterface, FirewallRule
from sandbox.machines.machines import MachineError, Machines, MachineSpec
from sandbox.region import Region
from sandbox.region.launch import CHECKOUT

PORT = 4566
API = "tests.region.remote_machines:serve"


def serve(machines: Machines, log: Path) -> None:
    """Answer calls until the process ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            method, arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if method == "run":
                spec = arguments[0]
                arguments = [MachineSpec(**{**spec, "user_data": base64.b64decode(spec["user_data"])})]
            if method == "filter":
                arguments = [firewall_of(arguments[0])]
            try:
                answer = {"result": getattr(machines, method)(*arguments)}
            except MachineError as error:
                answer = {"error": str(error)}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its base names it
            with log.open("a") as file:
                file.write(f"{format % arguments}\n")

    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()


def answer_nobody(machines: Machines, log: Path) -> None:
    """As on a host that is too slow."""
    signal.pause()


class RemoteMachines:
    """The machines of a region, called from outside of it."""

    def __init__(self, region: Region) -> None:
        self.region = region

    def __getattr__(self, method: str) -> Any:
        def call(*arguments: Any) -> Any:
            if method == "run":
                spec = asdict(arguments[0])
                arguments = ({**spec, "user_data": base64.b64encode(spec["user_data"]).decode()},)
            if method == "filter":
                arguments = (asdict(arguments[0]),)
            command = self.region.enter([sys.executable, "-m", "tests.region.remote_machines"])
            message = json.dumps([method, arguments])
            done = subprocess.run(
                command, input=message, capture_output=True, text=True, check=True, timeout=60, cwd=CHECKOUT
            )
            answer = json.loads(done.stdout)
            if "error" in answer:
                raise MachineError(answer["error"])
            return answer["result"]

        return call


def firewall_of(sent: dict[str, Any]) -> Firewall:
    """The firewall again that `asdict` and JSON have made dictionaries and lists of."""
    groups = [
        FirewallGroup(
            group_id=group["group_id"],
            ingress=tuple(FirewallRule(**rule) for rule in group["ingress"]),
            egress=tuple(FirewallRule(**rule) for rule in group["egress"]),
        )
        for group in sent["groups"]
    ]
    return Firewall(groups=tuple(groups), interfaces=tuple(FirewallInterface(**each) for each in sent["interfaces"]))


def main() -> None:
    """Pass one call on, from standard input to the API of the region that this runs in."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.request("POST", "/", sys.stdin.read())
    sys.stdout.write(connection.getresponse().read().decode())


if __name__ == "__main__":
    main()
