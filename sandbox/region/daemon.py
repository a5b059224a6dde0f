"""The region's inner process: makes the machines and answers the API, in namespaces of its own.

Started by `supervisor`, which holds the other end of its standard input: when that closes, the daemon shuts the
machines down in order and ends. When it ends in any other way, so does the PID namespace's init above it, and the
kernel takes everything else.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import threading
from pathlib import Path

from sandbox.machines.machines import Machines, Serve
from sandbox.region import layer
from sandbox.region.disks import Disks
from sandbox.region.host_commands import run
from sandbox.region.network import Network
from sandbox.region.nspawn_machine import RegionContext
from sandbox.region.nspawn_machines import NspawnMachines


def main() -> None:
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.umask(0o022)  # machines' files are made with their own modes; the region's folder itself lets nobody in
    # nspawn keeps its locks and sockets below; a private one keeps regions from each other and from the host.
    Path("/run/systemd").mkdir(mode=0o755, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run/systemd")
    nspawn = NspawnMachines(_context(arguments))
    threading.Thread(target=_shut_down_at_end_of_input, args=(nspawn,), name="shutdown", daemon=True).start()
    module, _, function = arguments.api.partition(":")
    serve: Serve = getattr(importlib.import_module(module), function)
    machines: Machines = nspawn
    serve(machines, log=arguments.folder / "log" / "api.log")


def _context(arguments: argparse.Namespace) -> RegionContext:
    folder: Path = arguments.folder
    layer.install(folder / "layer")
    (folder / "machines").mkdir(mode=0o700)
    return RegionContext(
        tag=arguments.tag,
        folder=folder / "machines",
        layer=folder / "layer",
        image=arguments.image,
        logs=folder / "log",
        control_groups=arguments.control_group,
        network=Network(),
        disks=Disks(folder / "volumes"),
    )


def _shut_down_at_end_of_input(machines: NspawnMachines) -> None:
    while sys.stdin.buffer.read(1):
        pass
    try:
        machines.power_off_all()
    finally:
        # The API's threads do not end by themselves.
        os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--api", required=True, help="module:function that answers the API for a Machines object")
    parser.add_argument("--control-group", type=Path, action="append", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    main()
