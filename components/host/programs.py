"""Texts of `bin/` and `units/` as they are written to a machine: with the paths filled in."""

from pathlib import Path, PurePosixPath
from string import Template

from components.host.paths import PATHS, Paths

HOST_FILES = Path(__file__).parent


def program(name: str, paths: Paths = PATHS) -> str:
    """A program of `bin/`: the paths stand between its first line and the rest."""
    first, _, rest = (HOST_FILES / "bin" / name).read_text().partition("\n")
    return f"{first}\n{paths.prelude()}{rest}"


def unit(mount_point: str, paths: Paths = PATHS) -> str:
    """Content of etcd's systemd unit."""
    template = Template((HOST_FILES / "units" / "etcd.service").read_text())
    name = PurePosixPath(paths.runtime_directory).name  # systemd makes it below /run
    return template.substitute(paths.as_variables(), mount_point=mount_point, runtime_directory_name=name)
