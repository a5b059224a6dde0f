"""The access files hold the cluster's keys: private, whole, and always of one update."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.outputs import ssh_config
from sandbox.cli import access
from sandbox.cli.paths import RegionPaths

pytestmark = pytest.mark.unit

OUTPUTS: dict[str, Any] = {
    "endpoints": ["https://192.168.0.100:2379", "https://192.168.0.101:2379"],
    "members": [
        {"name": "etcd-1", "address": "192.168.0.100"},
        {"name": "etcd-2", "address": "192.168.0.101"},
    ],
    "caCertificate": "ca\n",
    "adminCertificate": "certificate\n",
    "adminPrivateKey": "key\n",
    "sshPrivateKey": "ssh key\n",
    "sshKnownHosts": "192.168.0.100 ssh-ed25519 AAAA\n192.168.0.101 ssh-ed25519 BBBB\n",
    "sshConfig": ssh_config({"etcd-1": "192.168.0.100", "etcd-2": "192.168.0.101"}, "admin", None, with_key_file=True),
}


@pytest.fixture
def paths(tmp_path: Path) -> RegionPaths:
    paths = RegionPaths(tmp_path, "local")
    checkpoint = paths.checkpoint("sandbox")
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text("{}", encoding="utf-8")
    return paths


def test_only_the_owner_can_read_what_was_written(paths: RegionPaths) -> None:
    access.write(paths, "sandbox", OUTPUTS)

    files = list(paths.access.iterdir())
    assert {file.name for file in files} >= {"ca.crt", "admin.crt", "admin.key", "ssh_key", "known_hosts", "ssh_config"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(paths.access.stat().st_mode) == 0o700


def test_new_files_replace_the_old_ones_together_and_leave_no_copy_of_a_key(paths: RegionPaths) -> None:
    access.write(paths, "sandbox", OUTPUTS)
    access.write(paths, "sandbox", {**OUTPUTS, "adminPrivateKey": "new key\n"})

    assert (paths.access / "admin.key").read_text(encoding="utf-8") == "new key\n"
    assert len(list(paths.folder.glob(".access-*"))) == 1


def test_writing_the_same_again_keeps_the_files(paths: RegionPaths) -> None:
    access.write(paths, "sandbox", OUTPUTS)
    access.write(paths, "sandbox", OUTPUTS)
    assert (paths.access / "admin.key").read_text(encoding="utf-8") == "key\n"


def test_files_are_stale_before_the_first_and_after_another_update(paths: RegionPaths) -> None:
    assert access.is_stale(paths, "sandbox")
    access.write(paths, "sandbox", OUTPUTS)
    assert not access.is_stale(paths, "sandbox")
    paths.checkpoint("sandbox").write_text("{ }", encoding="utf-8")
    assert access.is_stale(paths, "sandbox")


def test_destroyed_stack_leaves_no_keys(paths: RegionPaths) -> None:
    access.write(paths, "sandbox", OUTPUTS)
    access.write(paths, "sandbox", {})
    assert {file.name for file in paths.access.iterdir()} == {"ssh_config", "stamp"}
    assert access.members(paths) == []


def test_ssh_knows_members_by_name_from_any_folder_and_refuses_unknown_host_keys(paths: RegionPaths) -> None:
    access.write(paths, "sandbox", OUTPUTS)
    config = paths.access / "ssh_config"

    said = subprocess.run(["ssh", "-F", config, "-G", "etcd-2"], capture_output=True, text=True, check=True).stdout

    assert "hostname 192.168.0.101\n" in said
    assert "user admin\n" in said
    assert "stricthostkeychecking true\n" in said
    assert f"userknownhostsfile {paths.access}/known_hosts\n" in said
    assert f"identityfile {paths.access}/ssh_key\n" in said


def test_a_stack_with_a_key_of_the_operators_own_leaves_no_key_file(paths: RegionPaths) -> None:
    access.write(paths, "sandbox", OUTPUTS)
    access.write(paths, "sandbox", {key: value for key, value in OUTPUTS.items() if key != "sshPrivateKey"})
    assert not (paths.access / "ssh_key").exists()
    assert (paths.access / "ssh_config").exists()
