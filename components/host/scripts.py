"""Texts of the scripts of `steps/`, as they travel to a machine in standard input."""

import hashlib
import shlex
from collections.abc import Mapping

from components.host.paths import PATHS, Paths
from components.host.programs import HOST_FILES

LOCK_WAIT_SECONDS = 900  # longer than the limit: what a killed engine left on the machine has ended by then
LIMIT_SECONDS = 600  # on the machine: the published plugin has no limit, and a killed engine ends nothing there


def limited(text: str, paths: Paths = PATHS, *, lock_wait: int = LOCK_WAIT_SECONDS, limit: int = LIMIT_SECONDS) -> str:
    """The text of a script behind the lines that take the machine's lock and limit its time."""
    limits = {"machine_lock": paths.machine_lock, "lock_wait_seconds": str(lock_wait), "limit_seconds": str(limit)}
    return _assignments(limits) + (HOST_FILES / "runner.sh").read_text() + text


def render(file: str, variables: Mapping[str, str], rerun_on: Mapping[str, str], paths: Paths = PATHS) -> str:
    """The text of a script with the paths, its variables and the library."""
    digests = "".join(f"# rerun on {key} {_digest(value)}\n" for key, value in sorted(rerun_on.items()))
    library = "".join(path.read_text() for path in sorted((HOST_FILES / "lib").glob("*.sh")))
    script = (HOST_FILES / "steps" / f"{file}.sh").read_text()
    return assemble({**paths.as_variables(), **variables}, digests + library, script)


def assemble(variables: Mapping[str, str], library: str, script: str) -> str:
    """The text that `bash -s` reads: quoted variables, the library, and the script.

    The script runs as a function without standard input: a child of it that reads would eat the rest of the text.
    """
    head = f"set -euo pipefail\numask 077\n{_assignments(variables)}"
    return f'{head}{library}\nmain() {{\n{script}\n}}\nmain "$@" </dev/null\n'


def _assignments(variables: Mapping[str, str]) -> str:
    return "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in sorted(variables.items()))


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
