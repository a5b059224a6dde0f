"""Everything that the sandbox runs on, made once and kept in a cache outside the checkout.

Uses the standard library only: it runs before there is a Python environment. `python3 -m sandbox.toolchain` does the
same from a shell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sandbox.toolchain import etcd, host, image, pins, pulumi, python
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.progress import Progress
from sandbox.toolchain.store import Found, Store, default_root

__all__ = ["Progress", "Release", "Toolchain", "ToolchainError", "ensure", "ensure_python"]


@dataclass(frozen=True)
class Release:
    """An etcd release, as published: a tarball with its folder inside."""

    tarball: Path
    sha256: str


@dataclass(frozen=True)
class Toolchain:
    """Where everything is."""

    venv: Path  # bin/python has everything in requirements-dev.txt
    bin: Path  # the Pulumi CLI and Python language host; etcd, etcdctl, etcdutl of the default version
    plugins: Path  # serves as $PULUMI_HOME/plugins
    releases: dict[str, Release]  # by version
    image: Path  # root filesystem, to be used read-only
    parts: tuple[Found, ...]  # what it consists of, to show to a person


def ensure(progress: Progress | None = None, etcd_versions: Iterable[str] = ()) -> Toolchain:
    """Build what is missing; `etcd_versions` are wanted besides the default one. Quick when all is there."""
    store = Store(default_root(), progress or Progress())
    venv = _python(store)
    host.install(host.region_packages(), store.root, store.progress)
    root = store.obtain(image.machine_image()) / image.ROOT
    default = pins.ETCD[0]
    folders = {version: store.obtain(etcd.release(version)) for version in dict.fromkeys((default, *etcd_versions))}
    releases = {
        version: Release(folder / f"{etcd.name(version)}.tar.gz", (folder / etcd.SUM).read_text())
        for version, folder in folders.items()
    }
    found = pulumi.obtain(store, venv / "bin/python")
    programs = [folders[default] / etcd.name(default) / program for program in etcd.PROGRAMS]
    links = store.obtain(pulumi.program_folder([*found.programs, *programs]))
    return Toolchain(venv, links, found.plugins, releases, root, tuple(store.found))


def ensure_python(progress: Progress | None = None) -> Path:
    """The Python environment alone: all that linters and unit tests need."""
    return _python(Store(default_root(), progress or Progress()))


def _python(store: Store) -> Path:
    host.architecture()
    part = python.environment(store)
    if not store.has(part):
        host.install(host.python_packages(), store.root, store.progress)
    return store.obtain(part)
