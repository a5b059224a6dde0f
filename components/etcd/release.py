"""Releases of etcd: which ones are pinned by checksum, where they come from, and what the chosen one lacks.

A checksum is pinned only with its source (checksums.json); none is computed from a build of our own. Sums of other
tarballs come by configuration.
"""

import functools
import hashlib
import json
import os
import re
import shutil
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from components.etcd.versions import OFFICIAL_URL, minor_of, numbers

DOWNLOAD_TIMEOUT_SECONDS = 60
TABLES = Path(__file__).parent


class ReleaseError(pulumi.RunError):
    """A release cannot be had, or is not what it should be. A RunError: printed without a traceback."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """One tarball of etcd, named and laid out as etcd publishes it, and its SHA-256."""

    version: str
    architecture: str
    url: str
    sha256: str

    @property
    def tarball(self) -> str:
        return self.url.rpartition("/")[2]


def release(version: str, architecture: str, base_url: str = OFFICIAL_URL, sha256: str = "") -> Release:
    """The release to install: with the given checksum, or else the pinned one."""
    known = sha256 or published_sha256(version, architecture)
    if not known:
        raise ReleaseError(f"no checksum is known for etcd {version} on {architecture}; set etcd:releaseSha256")
    url = f"{base_url}/v{version}/etcd-v{version}-linux-{architecture}.tar.gz"
    return Release(version=version, architecture=architecture, url=url, sha256=known)


def published_sha256(version: str, architecture: str) -> str | None:
    sums: dict[str, str] = _table("checksums.json")["versions"].get(version, {})
    return sums.get(architecture)


def newest_pinned(minor: str) -> str:
    versions: dict[str, dict[str, str]] = _table("checksums.json")["versions"]
    pinned = (version for version in versions if minor_of(version) == minor)
    return max(pinned, key=numbers)


def architecture_of(instance_type: str) -> str:
    """Graviton families have a g right after the generation (m7g, c7gn, im4gn, t4g); a1 was the first."""
    family = instance_type.partition(".")[0]
    return "arm64" if family == "a1" or re.match(r"[a-z]+[0-9]+g", family) else "amd64"


def notice(version: str) -> str:
    """One paragraph: which fixes the chosen version lacks, and what to do about it."""
    minor = minor_of(version)
    newest = newest_pinned(minor)
    if numbers(version) >= numbers(newest):
        return f"etcd {version}: no newer {minor} is pinned here (the newest is {newest})."
    sentences = [f"etcd {version} lacks the fixes up to {newest}."]
    for kind, label in (("data", "Data and correctness"), ("security", "Security")):
        if lacking := _fixes_after(version, kind):
            sentences.append(f"{label}: {'; '.join(lacking)}.")
    sentences.append(
        f"The whole list: CHANGELOG-{minor}.md of etcd. The newest {minor} pinned here is {newest} (etcd:etcdVersion)."
    )
    return " ".join(sentences)


def _fixes_after(version: str, kind: str) -> list[str]:
    return [
        f"{fixed_in}: {fixes[kind]}"
        for fixed_in, fixes in sorted(_table("fixes.json")["versions"].items(), key=lambda entry: numbers(entry[0]))
        if kind in fixes and minor_of(fixed_in) == minor_of(version) and numbers(fixed_in) > numbers(version)
    ]


def cache_directory() -> Path:
    """Outside the checkout and the stack, shared by all of them: its files are known by their checksum."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ETCD_AWS_CACHE") or Path(cache) / "etcd-aws") / "downloads"


def fetch(wanted: Release, cache: Path, given: str = "") -> Path:
    """The verified tarball on this machine: the given file, or the one in the cache, downloaded if need be.

    This happens in a preview too: its content is an input of what follows, and a preview that does not know it
    could neither show nor refuse anything about it.
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


@functools.cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((TABLES / name).read_text())
    return table
