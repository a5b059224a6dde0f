"""The installed release: what was pushed and is what it should be, or all as it was."""

import os
from pathlib import Path

import pytest

from tests.scripts.machine import Machine
from tests.scripts.releases import Releases


@pytest.fixture
def releases(machine: Machine, tmp_path: Path) -> Releases:
    (tmp_path / "pushed").mkdir()
    return Releases(machine, tmp_path / "pushed")


def test_a_release_is_installed_once(releases: Releases) -> None:
    pushed = releases.push("3.5.11")
    assert releases.install(pushed).report == "changed: etcd 3.5.11"
    assert releases.installed == "v3.5.11"
    assert releases.install(pushed).report == "unchanged: etcd 3.5.11 is installed"
    programs = Path(releases.machine.paths.programs_directory)
    assert sorted(path.name for path in programs.iterdir()) == ["etcd", "etcdctl", "etcdutl"]


def test_a_wrong_sum_is_refused_and_nothing_replaced(releases: Releases) -> None:
    releases.install(releases.push("3.5.11"))
    pushed = releases.push("3.5.33")
    Path(pushed["tarball"]).write_bytes(b"half of it")
    said = releases.install(pushed).refusal
    assert f"expected {pushed['sha256']}; nothing was replaced" in said
    assert "pulumi up --replace '**::etcd-release-etcd-1'" in said
    assert (releases.installed, releases.kept) == ("v3.5.11", ["v3.5.11"])


def test_another_version_inside_is_refused_and_nothing_replaced(releases: Releases) -> None:
    releases.install(releases.push("3.5.11"))
    assert "does not hold etcd 3.5.33" in releases.install(releases.push("3.5.33", inside="3.5.3")).refusal
    assert (releases.installed, releases.kept) == ("v3.5.11", ["v3.5.11"])


def test_a_missing_tarball_says_how_to_push_it_again(releases: Releases) -> None:
    pushed = releases.push("3.5.11")
    Path(pushed["tarball"]).unlink()
    assert "push it again: pulumi up --replace '**::etcd-release-etcd-1'" in releases.install(pushed).refusal
    assert releases.installed == ""


def test_a_program_that_was_changed_on_the_machine_is_installed_again(releases: Releases) -> None:
    releases.install(releases.push("3.5.11"))
    program = Path(releases.machine.paths.programs_directory) / "etcd"
    program.resolve().write_text("not etcd")
    assert "push it again" in releases.install({**releases.push("3.5.11"), "tarball": "/nowhere"}).refusal
    assert releases.install(releases.push("3.5.11")).report == "changed: etcd 3.5.11"
    assert "etcd Version" in program.read_text()


def test_b14_no_more_than_two_releases_and_no_leftover_stay_on_the_root_disk(releases: Releases) -> None:
    for time, version in enumerate(("3.5.9", "3.5.10", "3.5.11"), start=1):
        pushed = releases.push(version)
        assert releases.install(pushed).status == 0
        assert not Path(pushed["tarball"]).exists()
        home = (Path(releases.machine.paths.programs_directory) / "etcd").resolve().parent
        os.utime(home, (time, time))
    (Path(releases.machine.paths.releases_directory) / ".new.killed").mkdir()
    assert releases.install(releases.push("3.5.12")).status == 0
    assert releases.kept == ["v3.5.11", "v3.5.12"]
    assert releases.installed == "v3.5.12"
