"""The cache outside the checkout: finished parts, each under a key of what it was made from.

A part is filled in a folder beside its final place, under a lock, and renamed when it is whole. So a part that has its
final name is whole, two runs at once do not harm each other, and an interrupted one leaves only a folder that the next
holder of the lock removes.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.toolchain.buildlog import BuildLog
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.progress import Progress

UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class Part:
    """One thing to have: `build` fills an empty folder; equal keys mean equal content."""

    name: str
    version: str
    key: str
    build: Callable[[Path, BuildLog], None]


@dataclass(frozen=True)
class Found:
    """A part that is there."""

    name: str
    version: str
    folder: Path


def key_of(*sources: str | Path) -> str:
    """Digest of texts, and of the files named and all files under the folders named."""
    digest = hashlib.sha256(platform.machine().encode())
    for source in sources:
        if isinstance(source, str):
            digest.update(b"\0text\0" + source.encode())
            continue
        for file in _files(source):
            name = "" if file == source else str(file.relative_to(source))
            digest.update(b"\0file\0" + name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def default_root() -> Path:
    """Where the cache is, by the environment: $ETCD_AWS_CACHE, else etcd-aws in the user's cache folder."""
    if chosen := os.environ.get("ETCD_AWS_CACHE"):
        return Path(chosen).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "etcd-aws"


class Store:
    """Finds parts in the cache and builds those that are missing."""

    def __init__(self, root: Path, progress: Progress) -> None:
        self.root = root
        self.progress = progress
        self.found: list[Found] = []

    def path(self, part: Part) -> Path:
        """The folder that the part has, or will have."""
        return self.root / part.name / part.key

    def has(self, part: Part) -> bool:
        return self.path(part).is_dir()

    def log_path(self, part: Part) -> Path:
        return self.root / "logs" / f"{part.name}-{part.key}.log"

    def obtain(self, part: Part) -> Path:
        """The part's folder, built first if it is missing."""
        done = self.path(part)
        if not done.is_dir():
            self._build_locked(part, done)
        self.found.append(Found(part.name, part.version, done))
        return done

    def _build_locked(self, part: Part, done: Path) -> None:
        with self._lock(part) as lock:
            if not done.is_dir():
                self._remove_unfinished(done.parent)
                self._build(part, done, lock)

    def _build(self, part: Part, done: Path, lock: int) -> None:
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=done.parent))
        unfinished.chmod(0o755)
        path = self.log_path(part)
        path.parent.mkdir(exist_ok=True)
        try:
            with self.progress.building(part.name, path), BuildLog.open(path, inherited_lock=lock) as log:
                part.build(unfinished, log)
            unfinished.rename(done)
        except Exception:
            self._remove_unfinished(done.parent)
            raise

    @contextmanager
    def _lock(self, part: Part) -> Iterator[int]:
        folder = self.path(part).parent
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.progress.say(f"{part.name}: another run is building it, waiting for that")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()

    @staticmethod
    def _remove_unfinished(folder: Path) -> None:
        """Remove what interrupted builds left. A mount inside would take what it shows along: then stop."""
        mounts = Path("/proc/self/mountinfo").read_text()
        for path in folder.glob(UNFINISHED + "*"):
            if f" {path.resolve()}/" in mounts:
                raise ToolchainError(f"{path}: something is mounted in this leftover of a build; unmount it, try again")
            shutil.rmtree(path)
