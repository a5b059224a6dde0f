"""The Python environment: everything in requirements-dev.txt."""

import os
from pathlib import Path

from sandbox.toolchain import interpreter, pins
from sandbox.toolchain.buildlog import BuildLog, clean_environment
from sandbox.toolchain.store import Part, Store, key_of

CHECKOUT = Path(__file__).parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
# What reaches the package index; everything else that pip reads from the environment could change the result.
PIP_KEPT = (
    "CACHE_DIR",
    "CERT",
    "CLIENT_CERT",
    "DEFAULT_TIMEOUT",
    "EXTRA_INDEX_URL",
    "INDEX_URL",
    "PROXY",
    "TRUSTED_HOST",
)


def environment(store: Store) -> Part:
    """The part, and where: scripts of an environment name its folder, so it is built for its final one."""
    python = interpreter.chosen()

    def fill(folder: Path, log: BuildLog) -> None:
        log.run([python, "-m", "venv", folder])
        install: list[str | Path] = [
            folder / "bin/python",
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
            "--no-compile",  # half of the time, for AWS modules that nobody imports; Python compiles what it runs
        ]
        for wanted in ([f"pip=={pins.PIP}"], ["-r", CHECKOUT / "requirements-dev.txt"]):
            log.run([*install, *wanted], environment=pip_environment())
        _move_scripts(folder, store.path(part))

    key = key_of(*(CHECKOUT / name for name in REQUIREMENTS), pins.PIP, str(python))
    part = Part("python", python.name.removeprefix("python"), key, fill)
    return part


def pip_environment() -> dict[str, str]:
    """What pip sees."""
    kept = {f"PIP_{name}" for name in PIP_KEPT}
    return {name: value for name, value in clean_environment().items() if not name.startswith("PIP_") or name in kept}


def _move_scripts(folder: Path, final: Path) -> None:
    for script in (folder / "pyvenv.cfg", *(folder / "bin").iterdir()):
        if script.is_file() and not script.is_symlink():
            content = script.read_bytes()
            if os.fsencode(folder) in content:
                script.write_bytes(content.replace(os.fsencode(folder), os.fsencode(final)))
