"""No byte of a release is used before its checksum was compared with one whose source is known."""

import hashlib
import json
import re
from pathlib import Path

import pulumi
import pytest

from components.aws.specs import architecture_of
from components.etcd import release as module
from components.etcd.download import ReleaseError, cache_directory, fetch
from components.etcd.release import (
    Release,
    newest_pinned,
    notice,
    published_sha256,
    release,
)

CONTENT = b"a tarball"
TABLE = json.loads((module.TABLES / "checksums.json").read_text())

pytestmark = pytest.mark.unit


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The source of downloads: what a mirror holds."""
    file = tmp_path / "mirror" / "v3.5.11" / "etcd-v3.5.11-linux-amd64.tar.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def wanted(published: Path) -> Release:
    mirror = published.parent.parent
    return release("3.5.11", "amd64", f"file://{mirror}", hashlib.sha256(CONTENT).hexdigest())


def test_the_table_names_its_source_and_holds_sums_for_both_architectures() -> None:
    assert TABLE["source"].startswith("kubernetes-sigs/kubespray")
    for version, sums in TABLE["versions"].items():
        assert re.fullmatch(r"3\.[56]\.\d+", version)
        assert set(sums) == {"amd64", "arm64"}
        assert all(re.fullmatch(r"[0-9a-f]{64}", each) for each in sums.values())


def test_a_release_is_the_published_one_unless_a_sum_is_given() -> None:
    pinned = release("3.5.11", "amd64")
    assert pinned.sha256 == published_sha256("3.5.11", "amd64")
    assert pinned.url == ("https://github.com/etcd-io/etcd/releases/download/v3.5.11/etcd-v3.5.11-linux-amd64.tar.gz")
    assert pinned.tarball == "etcd-v3.5.11-linux-amd64.tar.gz"
    assert release("3.5.11", "amd64", sha256="b" * 64).sha256 == "b" * 64


def test_a_release_without_a_known_sum_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no checksum is known for etcd 3\.5\.99 on arm64; set etcd:releaseSha256"):
        release("3.5.99", "arm64")


GRAVITON = (
    "a1.large t4g.small m6g.large m7gd.xlarge c7gn.large r8g.large im4gn.large is4gen.large x2gd.medium g5g.large"
)
OTHERS = "t3.small m7i.large m7i-flex.large m6a.large c5n.large i4i.large g4dn.large g6.large x2iedn.large u-6tb1.metal"


@pytest.mark.parametrize(("architecture", "instance_types"), [("arm64", GRAVITON), ("amd64", OTHERS)])
def test_the_architecture_follows_from_the_instance_type(architecture: str, instance_types: str) -> None:
    assert {architecture_of(each) for each in instance_types.split()} == {architecture}


def test_a_download_is_kept_and_not_repeated(wanted: Release, published: Path, tmp_path: Path) -> None:
    kept = fetch(wanted, tmp_path / "cache")
    published.unlink()
    assert fetch(wanted, tmp_path / "cache") == kept
    assert kept.read_bytes() == CONTENT
    assert kept.name == "etcd-v3.5.11-linux-amd64.tar.gz"
    assert kept.stat().st_mode & 0o077 == 0


def test_a_damaged_cache_is_replaced(wanted: Release, tmp_path: Path) -> None:
    fetch(wanted, tmp_path / "cache").write_bytes(b"cut short")
    assert fetch(wanted, tmp_path / "cache").read_bytes() == CONTENT


def test_a_download_that_is_not_the_release_is_refused_and_not_kept(
    wanted: Release, published: Path, tmp_path: Path
) -> None:
    published.write_bytes(CONTENT[:-1])
    with pytest.raises(ReleaseError, match=f"expected {wanted.sha256}. Nothing was installed"):
        fetch(wanted, tmp_path / "cache")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_an_unreachable_source_is_told_with_ways_around(wanted: Release, published: Path, tmp_path: Path) -> None:
    published.unlink()
    with pytest.raises(ReleaseError, match=r"cannot be downloaded to .*etcd:releaseUrl.*etcd:releaseFile"):
        fetch(wanted, tmp_path / "cache")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_a_given_file_is_verified_and_used_in_place(wanted: Release, published: Path, tmp_path: Path) -> None:
    assert fetch(wanted, tmp_path / "cache", str(published)) == published
    assert not (tmp_path / "cache").exists()


def test_a_given_file_with_another_sum_is_refused(wanted: Release, published: Path, tmp_path: Path) -> None:
    published.write_bytes(b"something else")
    with pytest.raises(ReleaseError, match=r"is not etcd 3\.5\.11 for amd64.*correct etcd:releaseSha256"):
        fetch(wanted, tmp_path / "cache", str(published))


def test_the_engine_prints_a_refusal_without_a_traceback() -> None:
    assert issubclass(ReleaseError, pulumi.RunError)


def test_the_cache_is_outside_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ETCD_AWS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_directory() == tmp_path / "etcd-aws" / "downloads"
    monkeypatch.setenv("ETCD_AWS_CACHE", str(tmp_path / "own"))
    assert cache_directory() == tmp_path / "own" / "downloads"


def test_the_newest_pinned_is_newest_by_number() -> None:
    assert newest_pinned("3.5") == "3.5.33"
    assert newest_pinned("3.6") == "3.6.14"


def test_the_notice_says_what_the_default_lacks_and_how_to_get_it() -> None:
    text = notice("3.5.11")
    assert "\n" not in text
    for piece in ("3.5.28: stale linearizable reads", "3.5.28: CVE-2026-33413", "pinned here is 3.5.33"):
        assert piece in text


def test_the_notice_leaves_out_what_the_version_has() -> None:
    text = notice("3.5.28")
    assert "stale linearizable reads" not in text
    assert "3.5.33: GHSA-xg4h-6gfc-h4m8" in text


@pytest.mark.parametrize("version", ["3.5.33", "3.6.14", "3.5.40"])
def test_the_notice_of_the_newest_asks_for_nothing(version: str) -> None:
    assert "pulumi config set" not in notice(version)
