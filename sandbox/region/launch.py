"""Starts the region's supervisor so that it outlives the command that started it.

Where systemd is the host's init, the supervisor is a transient unit: systemd-run(1) with `Delegate=yes`, without which
systemd would put the control groups of the machines in order as if they were its own (systemd.resource-control(5),
and "Control Group APIs and Delegation" in systemd's documentation). Elsewhere it is a session of its own.

The tests run the second way. Of the first, systemd 252 was seen to take these options; a whole region under it has not
been tried.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from sandbox.region.host_commands import SEARCH_PATH

CHECKOUT = Path(__file__).parents[2]


def launch(argv: Sequence[str], *, unit: str, log: Path) -> Callable[[], bool]:
    """Start a long-lived process, with its output appended to `log`.

    Returns:
        A function that is true while it still runs.
    """
    environment = {"PATH": SEARCH_PATH, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    if booted_with_systemd():
        settings = [
            f"--unit={unit}",
            "--collect",
            "--quiet",
            "--property=Delegate=yes",
            # The supervisor alone is asked to end; what is left then is killed.
            "--property=KillMode=mixed",
            f"--property=StandardOutput=append:{log}",
            f"--property=StandardError=append:{log}",
            f"--working-directory={CHECKOUT}",
        ]
        variables = [f"--setenv={name}={value}" for name, value in environment.items()]
        subprocess.run(["systemd-run", *settings, *variables, "--", *argv], check=True, stdin=subprocess.DEVNULL)
        return lambda: subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False).returncode == 0
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=CHECKOUT,
            env=environment,
        )
    return lambda: process.poll() is None


def booted_with_systemd() -> bool:
    """The test that sd_booted(3) names."""
    return Path("/run/systemd/system").is_dir()
