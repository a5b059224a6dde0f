"""Which Python the environment is made with."""

import importlib.util
import re
import sys
from pathlib import Path

from sandbox.toolchain import pins

DEBIANS = Path("/usr/bin/python3")


def chosen(debians: Path = DEBIANS) -> Path:
    """Debian's own Python where it can make environments, else the one that runs this.

    Debian's is optimised by profile. One built from source without that, as pyenv does by default, takes half as long
    again for the program, the tests and the region's API.
    """
    debians = debians.resolve()
    return debians if _new_enough(debians) and _debian_has_ensurepip(debians) else _running()


def makes_environments() -> bool:
    """Whether the chosen one can: Debian packs `ensurepip` apart."""
    return chosen() != _running() or importlib.util.find_spec("ensurepip") is not None


def _running() -> Path:
    # Resolved, or `python3` and an environment made with it would name the same interpreter differently.
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _new_enough(python: Path) -> bool:
    version = re.fullmatch(r"python(\d+)\.(\d+)", python.name)
    return version is not None and tuple(map(int, version.groups())) >= pins.PYTHON_OLDEST


def _debian_has_ensurepip(python: Path) -> bool:
    return (python.parents[1] / "lib" / python.name / "ensurepip").is_dir()
