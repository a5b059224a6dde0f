"""Download of a release to this machine, verified by its checksum."""

import hashlib
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pulumi

from components.etcd.release import Release

DOWNLOAD_TIMEOUT_SECONDS = 60


class ReleaseError(pulumi.RunError):
    """A release cannot be had, or is not what it should be. A RunError: printed without a traceback."""


def cache_directory() -> Path:
    """A folder outside the checkout, shared by all stacks: a file in it is identified by its checksum."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ETCD_AWS_CACHE") or Path(cache) / "etcd-aws") / "downloads"


def fetch(wanted: Release, cache: Path, given: str = "") -> Path:
    """The verified tarball on this machine: the given file, or the one in the cache, downloaded if it is missing.

    A preview downloads too: the content is an input of later resources, so without it the preview would be incomplete.

    Raises:
        ReleaseError: it cannot be had, or its checksum is another.
    """
    if given:
        _verify(Path(given), wanted, remedy="give the matching file, or correct etcd:releaseSha256")
        return Path(given).absolute()
    kept = cache / wanted.sha256 / wanted.tarball
    if not kept.is_file() or _sha256(kept) != wanted.sha256:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _download(wanted, kept)
    return kept


def _download(wanted: Release, kept: Path) -> None:
    handle, name = tempfile.mkstemp(dir=kept.parent, prefix=".partial-")
    partial = Path(name)
    try:
        with (
            os.fdopen(handle, "wb") as file,
            urllib.request.urlopen(wanted.url, timeout=DOWNLOAD_TIMEOUT_SECONDS) as answer,  # noqa: S310 (always https)
        ):
            shutil.copyfileobj(answer, file)
        _verify(partial, wanted, remedy="try again; if it stays so, do not use this source", source=wanted.url)
        partial.replace(kept)
    except (urllib.error.URLError, OSError) as error:
        raise ReleaseError(
            f"{wanted.url} cannot be downloaded to {kept.parent}: {error}. Without access to it, point etcd:releaseUrl "
            "at a mirror, or etcd:releaseFile at the tarball on this machine."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _verify(file: Path, wanted: Release, *, remedy: str, source: str = "") -> None:
    try:
        found = _sha256(file)
    except OSError as error:
        raise ReleaseError(f"{file}, the tarball of etcd {wanted.version}, cannot be read: {error}") from error
    if found != wanted.sha256:
        raise ReleaseError(
            f"{source or file} is not etcd {wanted.version} for {wanted.architecture}: its SHA-256 is {found}, "
            f"expected {wanted.sha256}. Nothing was installed; {remedy}."
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
