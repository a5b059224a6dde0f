"""Releases of etcd: which are pinned by checksum, where they are published, and which fixes one lacks. Pure.

A checksum is pinned only with its source (checksums.json); none is computed from a build of our own. Sums of other
tarballs come by configuration.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.etcd.versions import minor_of, numbers

OFFICIAL_URL = "https://github.com/etcd-io/etcd/releases/download"
TABLES = Path(__file__).parent


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
    """The release to install: with the given checksum, or else the pinned one.

    Raises:
        ValueError: no checksum is known.
    """
    known = sha256 or published_sha256(version, architecture)
    if not known:
        raise ValueError(f"no checksum is known for etcd {version} on {architecture}; set etcd:releaseSha256")
    url = f"{base_url}/v{version}/etcd-v{version}-linux-{architecture}.tar.gz"
    return Release(version=version, architecture=architecture, url=url, sha256=known)


def published_sha256(version: str, architecture: str) -> str | None:
    sums: dict[str, str] = _table("checksums.json")["versions"].get(version, {})
    return sums.get(architecture)


def newest_pinned(minor: str) -> str:
    versions: dict[str, dict[str, str]] = _table("checksums.json")["versions"]
    pinned = (version for version in versions if minor_of(version) == minor)
    return max(pinned, key=numbers)


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


@functools.cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((TABLES / name).read_text())
    return table
