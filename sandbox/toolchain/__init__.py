"""Everything that the sandbox runs on, made once and kept in a cache outside the checkout.

Uses the standard library only: it runs before there is a Python environment. `python3 -m sandbox.toolchain` does the
same from a shell.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sandbox.toolchain import etcd, host, image, pins, pulumi, python
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.progress import Progress
from sandbox.toolchain.store import Found, Part, Store, default_root

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
    if not store.root.exists():
        store.progress.say(f"The toolchain is made once, in 10 to 15 minutes on 2 cores, and kept in {store.root}")
    host.architecture()
    host.install(host.region_packages(), store.root, store.progress)
    host.go_version()
    environment = python.environment(store)
    with ThreadPoolExecutor(1) as beside:  # mostly downloads, while the compiler leaves the network idle
        made_beside = beside.submit(lambda: (_python(store, environment), store.obtain(image.machine_image())))
        etcds = {version: store.obtain(etcd.release(version)) for version in (pins.ETCD[0], *etcd_versions)}
        found = pulumi.obtain(store, store.path(environment) / "bin/python")
        venv, machine = made_beside.result()
    default = etcds[pins.ETCD[0]] / etcd.name(pins.ETCD[0])
    programs = store.obtain(
        pulumi.program_folder(store, [*found.programs, *(default / name for name in etcd.PROGRAMS)])
    )
    releases = {version: _release(folder, version) for version, folder in etcds.items()}
    return Toolchain(venv, programs, found.plugins, releases, machine / image.ROOT, tuple(store.found))


def ensure_python(progress: Progress | None = None) -> Path:
    """The Python environment alone: all that linters and unit tests need."""
    host.architecture()
    store = Store(default_root(), progress or Progress())
    return _python(store, python.environment(store))


def _python(store: Store, environment: Part) -> Path:
    if not store.has(environment):
        host.install(host.python_packages(), store.root, store.progress)
    return store.obtain(environment)


def _release(folder: Path, version: str) -> Release:
    return Release(folder / f"{etcd.name(version)}.tar.gz", (folder / etcd.SUM).read_text())
