"""etcd releases, laid out like the published ones."""

import gzip
import hashlib
import shutil
import tarfile
from pathlib import Path

from sandbox.toolchain import gobuild, host
from sandbox.toolchain.buildlog import BuildLog
from sandbox.toolchain.store import Part, key_of

PROGRAMS = {"etcd": "server", "etcdctl": "etcdctl", "etcdutl": "etcdutl"}
SUM = "sha256"


def release(version: str) -> Part:
    """The tarball, its SHA-256, and its folder unpacked."""
    module = gobuild.MODULES / f"etcd-{version}"

    def fill(folder: Path, log: BuildLog) -> None:
        top = folder / name(version)
        top.mkdir()
        source = Path(shutil.copytree(module, folder / "source"))
        for program, package in PROGRAMS.items():
            gobuild.build(log, source, f"go.etcd.io/etcd/{package}/v3", top / program)
        shutil.rmtree(source)
        tarball = folder / f"{top.name}.tar.gz"
        pack(top, tarball)
        (folder / SUM).write_text(hashlib.sha256(tarball.read_bytes()).hexdigest())

    return Part("etcd", version, key_of(module, version, host.go_version(), gobuild.FLAGS, gobuild.STRIP), fill)


def name(version: str) -> str:
    """The name of a release: of its tarball and of the folder inside."""
    return f"etcd-v{version}-linux-{host.architecture()}"


def pack(top: Path, tarball: Path) -> None:
    """Equal programs make an equal tarball: neither time nor owner goes in."""
    with (
        tarball.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        archive.add(top, top.name, filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mode = 0o755
    return member
