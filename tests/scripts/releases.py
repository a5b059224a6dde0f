"""Releases of etcd as they are pushed to a machine, and what `install` makes of them."""

import gzip
import hashlib
import os
import tarfile
from pathlib import Path
from typing import Any

from tests.scripts.machine import Machine
from tests.scripts.ran import Ran


class Releases:
    """Tarballs laid out as the published ones, with programs that tell their version."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine, self._folder = machine, folder
        (Path(machine.paths.programs_directory) / "etcd").unlink()

    def push(self, version: str, *, inside: str = "") -> dict[str, Any]:
        """What `install` gets about a release that was pushed."""
        top = self._folder / f"etcd-v{version}-linux-amd64"
        top.mkdir(exist_ok=True)
        for name in ("etcd", "etcdctl", "etcdutl"):
            (top / name).write_text(f"#!/bin/sh\necho 'etcd Version: {inside or version}\nGit SHA: 0'\n")
        tarball = self._folder / f"{top.name}.tar.gz"
        with gzip.GzipFile(tarball, "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
            for path in (top, *sorted(top.iterdir())):
                os.utime(path, (0, 0))
                archive.add(path, path.relative_to(self._folder), recursive=False)
        digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
        return {"version": version, "sha256": digest, "tarball": str(tarball), "copy": "etcd-release-etcd-1"}

    def install(self, variables: dict[str, Any]) -> Ran:
        return self.machine.run("install", **variables)

    @property
    def installed(self) -> str:
        link = Path(self.machine.paths.programs_directory) / "etcd"
        return link.resolve().parent.name.partition("-")[0] if link.exists() else ""

    @property
    def kept(self) -> list[str]:
        directory = Path(self.machine.paths.releases_directory)
        return sorted(path.name.partition("-")[0] for path in directory.iterdir()) if directory.exists() else []
