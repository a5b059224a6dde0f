"""Preparation and configuration: the first boot's end, logins, etcd's user, and the files of etcd."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.machine import Machine
from tests.scripts.written_files import FILES

USERS = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("systemd-sysusers"),
    reason="systemd-sysusers is not on this host, or takes root to write to another folder",
)
SECRET_MODES = {"ca.crt": 0o600, "server.crt": 0o600, "server.key": 0o600, "peer.crt": 0o600, "peer.key": 0o600}


def test_files_are_written_once_and_only_etcd_reads_the_keys(machine: Machine) -> None:
    said = machine.run("configure", **FILES).report
    pki = Path(machine.paths.pki_directory)
    assert said.count(",") == len(FILES) - 1
    assert (pki / "peer.key").read_text() == "PEER KEY\n"
    assert {path.name: path.stat().st_mode & 0o777 for path in pki.iterdir()} == SECRET_MODES
    assert Path(machine.paths.configuration).read_text() == FILES["etcd_configuration"]
    assert machine.run("configure", **FILES).report == "unchanged: certificates, configuration and unit are as wanted"


def test_a_new_certificate_is_written_and_etcd_left_alone(member: Machine) -> None:
    member.run("configure", **FILES)
    ran = member.run("configure", **{**FILES, "server_certificate": "RENEWED"})
    assert ran.report == f"changed: {member.paths.pki_directory}/server.crt"
    assert [call for call in ran.calls if call.startswith("systemctl")] == ["systemctl daemon-reload"]


@pytest.fixture
def booted(machine: Machine) -> Machine:
    """A machine with a login and without etcd's user."""
    (Path(machine.get("home")) / ".ssh").mkdir(parents=True)
    return machine


@USERS
def test_a_machine_is_prepared_once(booted: Machine) -> None:
    assert "user etcd" in booted.run("prepare", "create").report
    assert (booted.accounts / "passwd").read_text() == "etcd:x:379:379:etcd:/nonexistent:/usr/sbin/nologin\n"
    assert (Path(booted.get("home")) / ".ssh/authorized_keys").read_text() == "ssh-ed25519 AAAA\n"
    assert booted.run("prepare").report == "unchanged: booted, user etcd is there"


@USERS
def test_a_user_that_was_half_made_is_completed(booted: Machine) -> None:
    """Killed between the group and the user, or with a full disk."""
    (booted.accounts / "group").write_text("etcd:x:379:\n")
    assert "user etcd" in booted.run("prepare", "create").report
    assert "etcd:x:379:379:" in (booted.accounts / "passwd").read_text()


@USERS
def test_a_user_with_other_ids_than_the_files_on_the_volume_is_refused(booted: Machine) -> None:
    """systemd-sysusers takes another number where this one is taken, and says so to nobody who listens."""
    (booted.accounts / "passwd").write_text("other:x:379:379::/:/bin/sh\n")
    for _ in range(2):
        said = booted.run("prepare", "create").refusal
        assert "not 379:379 as the files on the data volume" in said
        assert "sudo userdel etcd" in said


@USERS
def test_a_first_boot_that_recovered_from_errors_is_a_boot(booted: Machine) -> None:
    """cloud-init ends with 2 for it from 23.4 on."""
    booted.set(cloud_init=2)
    assert booted.run("prepare", "create").status == 0


@pytest.mark.parametrize(
    ("status", "reason"),
    [(1, "cloud-init ended with an error on i-1"), (124, "the first boot of i-1 did not end within 240 s")],
)
@pytest.mark.parametrize("step", ["prepare", "harden-bastion"])
def test_a_first_boot_that_fails_is_told_from_one_that_does_not_end(
    machine: Machine, step: str, status: int, reason: str
) -> None:
    machine.set(cloud_init=status)
    ran = machine.run(step, "create", destinations="192.168.0.100:22")
    assert reason in ran.refusal
    assert not ran.called("mv")


def test_a_bastion_forwards_to_the_members_alone(booted: Machine) -> None:
    machine = booted
    variables: dict[str, Any] = {"destinations": "192.168.0.100:22 192.168.0.101:22"}
    assert machine.run("harden-bastion", "create", **variables).report.startswith("changed: ")
    settings = (Path(machine.paths.sshd_directory) / "20-bastion.conf").read_text()
    assert "\nPermitOpen 192.168.0.100:22 192.168.0.101:22\n" in settings
    ran = machine.run("harden-bastion", **variables)
    assert ran.report == "unchanged: booted, forwards to 192.168.0.100:22 192.168.0.101:22"
    assert ran.called("systemctl reload ssh"), "a run that was killed may have written the file only"


def test_a_bastion_whose_settings_sshd_refuses_keeps_its_logins(machine: Machine) -> None:
    machine.set(broken_reload="")
    ran = machine.run("harden-bastion", destinations="192.168.0.100:22")
    assert "sshd refuses its configuration: 20-bastion.conf line 3" in ran.refusal
    assert not (Path(machine.get("home")) / ".ssh/authorized_keys").exists()
