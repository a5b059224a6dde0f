"""The region's outer process: makes its namespaces, notes which processes run in them, and clears up behind them.

Stays outside the namespaces, since control groups are the one thing that the kernel does not take away with them.
Ends when the region does. SIGTERM makes it end the region in order.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from sandbox.region import cgroups
from sandbox.region.limits import raise_limits
from sandbox.region.processes import Process
from sandbox.region.runtime_state import RuntimeState

SHUTDOWN_TIMEOUT_SECONDS = 30.0

# --kill-child: the region's init dies with unshare, which lives in the same network namespace but not below init.
# Slave: what the host mounts later may come in, and what it unmounts is not kept busy; nothing goes out.
_NAMESPACES = ["unshare", "--net", "--mount", "--propagation=slave", "--pid", "--fork", "--kill-child", "--mount-proc"]

# The init of the PID namespace. A shell that waits for its child also takes in the orphans of the namespace.
_INIT = ["sh", "-c", '"$@"; exit "$?"', "region-init"]


def main() -> int:
    arguments = _arguments()
    os.umask(0o077)
    raise_limits()
    groups = cgroups.create(arguments.tag)
    daemon = [
        sys.executable,
        "-m",
        "sandbox.region.daemon",
        f"--folder={arguments.folder}",
        f"--image={arguments.image}",
    ]
    daemon += [f"--tag={arguments.tag}", f"--api={arguments.api}", *(f"--control-group={group}" for group in groups)]
    region = subprocess.Popen([*_NAMESPACES, "--", *_INIT, *daemon], stdin=subprocess.PIPE)

    def end(_number: int, _frame: FrameType | None) -> None:
        # The daemon takes the end of its input for the order to shut down.
        if region.stdin and not region.stdin.closed:
            region.stdin.close()
            signal.setitimer(signal.ITIMER_REAL, SHUTDOWN_TIMEOUT_SECONDS)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, lambda _number, _frame: region.kill())
    RuntimeState.write(arguments.folder, supervisor=Process.of(os.getpid()), namespace=Process.of(region.pid))
    code = region.wait()
    cgroups.remove(arguments.tag)
    return code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--api", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
