"""Programs of the unit: an etcd starts on its own log or with its own permit, and on nothing else."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components.host.paths import PATHS
from components.host.programs import HOST_FILES, program
from tests.scripts.machine import Machine

OWN = "token etcd-1"


def guard(machine: Machine, *arguments: str) -> subprocess.CompletedProcess[str]:
    return machine.call([f"{machine.paths.unit_programs_directory}/start-guard", *arguments])


def put(machine: Machine, **files: str) -> None:
    for name, text in files.items():
        (machine.mount_point / f".{name}").write_text(text)


def has_log(machine: Machine) -> None:
    machine.wal.parent.mkdir(parents=True)
    machine.wal.touch()


def test_a_permit_lets_it_start_on_an_empty_directory_and_goes_when_there_is_a_log(machine: Machine) -> None:
    put(machine, permit=OWN, identity=OWN)
    assert guard(machine).returncode == 0
    assert guard(machine).returncode == 0, "etcd may have died before it wrote a log"
    has_log(machine)
    assert guard(machine).returncode == 0
    assert machine.on_volume() == {".identity": OWN}
    machine.wal.unlink()
    assert "no write-ahead log" in guard(machine).stderr


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"identity": OWN},
        {"permit": OWN},
        {"permit": "token etcd-2", "identity": OWN},
        {"permit": "an older token etcd-1", "identity": OWN},
    ],
)
def test_without_log_nothing_but_its_own_permit_lets_it_start(machine: Machine, files: dict[str, str]) -> None:
    put(machine, **files)
    refused = guard(machine)
    assert refused.returncode == 1
    assert "refusing to start etcd-1: no write-ahead log" in refused.stderr
    assert "docs/lost-member.md" in refused.stderr


@pytest.mark.parametrize("owner", ["token etcd-2", "another token etcd-1"])
def test_the_log_of_another_member_or_cluster_is_refused(machine: Machine, owner: str) -> None:
    put(machine, identity=owner)
    has_log(machine)
    refused = guard(machine)
    assert refused.returncode == 1
    assert f"the data volume belongs to '{owner}', this is '{OWN}'" in refused.stderr


def test_a_log_that_nobody_claims_is_refused(machine: Machine) -> None:
    has_log(machine)
    refused = guard(machine)
    assert refused.returncode == 1
    assert "nothing says whose" in refused.stderr


def test_joining_takes_the_permit_away_and_leaves_the_mark(machine: Machine) -> None:
    put(machine, permit=OWN, identity=OWN)
    for _ in range(2):
        assert machine.call([f"{machine.paths.unit_programs_directory}/mark-joined"]).returncode == 0
        assert machine.on_volume() == {".identity": OWN, ".joined": ""}


def test_what_a_restart_would_bring_into_force_is_told_from_what_it_would_not(member: Machine) -> None:
    def is_current() -> bool:
        return guard(member, "current").returncode == 0

    assert is_current()
    configuration = Path(member.paths.configuration)
    text = configuration.read_text()
    configuration.write_text(f"# a comment\n{text}".replace('"new"', '"existing"'))
    assert is_current(), "comments and INITIAL_ settings change nothing that runs"
    configuration.write_text(text + "ETCD_LOG_LEVEL=debug\n")
    assert not is_current()
    configuration.write_text(text)
    for path in (f"{member.paths.pki_directory}/ca.crt", member.paths.etcd_unit):
        before = Path(path).read_text()
        Path(path).write_text(before + "more\n")
        assert not is_current(), path
        Path(path).write_text(before)
    link = Path(member.paths.programs_directory) / "etcd"
    link.unlink()
    link.symlink_to(f"{member.paths.releases_directory}/v3.5.33/etcd")
    assert not is_current()


def test_before_a_start_has_read_the_files_nothing_is_current_or_stale(member: Machine) -> None:
    shutil.rmtree(member.paths.runtime_directory)
    assert guard(member, "current").returncode == 3


def test_another_way_to_compare_restarts_no_member_that_runs(member: Machine) -> None:
    """The program is replaced under a running etcd by every release of ours."""
    own = Path(member.paths.unit_programs_directory) / "start-guard"
    own.write_text(own.read_text().replace("^(#|ETCD_INITIAL_)", "^(#|ETCD_INITIAL_|ETCD_SNAPSHOT_)"))
    assert guard(member, "current").returncode == 0


def test_no_path_of_ours_is_written_down_twice() -> None:
    ours = {path for name, path in PATHS.as_variables().items() if name != "programs_directory"}
    texts = [path for kind in ("lib", "steps", "bin", "units") for path in (HOST_FILES / kind).iterdir()]
    assert len(texts) > 15
    for text in texts:
        found = [path for path in ours if path in text.read_text()]
        assert not found, f"{text.name} has {found}; use its variable"
    assert program("mark-joined").startswith("#!/usr/bin/env bash\n")
