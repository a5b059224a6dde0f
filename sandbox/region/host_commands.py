"""Runs the host's own commands (ip, mount, losetup, nsenter, …) and turns their failure into a `MachineError`."""

from __future__ import annotations

import os
import shlex
import subprocess

from sandbox.machines.machines import MachineError

COMMAND_TIMEOUT_SECONDS = 30

SEARCH_PATH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
"""Where commands are: `su` on Debian leaves a root whose PATH lacks ip and losetup."""


def run(*argv: str, text: str = "") -> str:
    """Run a command of the host to its end, with `text` as its input, and return what it printed.

    Raises:
        MachineError: it failed, is not installed, or did not end in time.
    """
    try:
        done = subprocess.run(
            argv,
            input=text,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_SECONDS,
            check=False,
            env={**os.environ, "PATH": SEARCH_PATH},
        )
    except FileNotFoundError as error:
        raise MachineError(f"{argv[0]} is not on this host: install the package that holds it") from error
    except subprocess.TimeoutExpired as error:
        raise MachineError(f"no answer from `{shlex.join(argv)}` in {COMMAND_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise MachineError(f"`{shlex.join(argv)}` failed with exit code {done.returncode}: {said}")
    return done.stdout
