"""Gates: a member's health before the next one's turn, its peers' before its machine is touched; etcdctl's output."""

import subprocess
from typing import Any

import pytest

from components.host.programs import HOST_FILES
from tests.scripts import etcdctl_output
from tests.scripts.machine import Machine

VERSIONS = ("3.5.11", "3.6.14")
WAIT: dict[str, Any] = {"timeout_seconds": 20}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_gate_opens_when_this_member_serves_and_all_have_served(member_of_any_size: Machine, version: str) -> None:
    member_of_any_size.see_cluster(version)
    ran = member_of_any_size.run("wait-healthy", **WAIT)
    assert ran.report == f"unchanged: healthy, one of {member_of_any_size.size} members"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_gate_names_the_members_that_have_not_joined(member: Machine, version: str) -> None:
    member.see_cluster(version, unstarted=1)
    said = member.run("wait-healthy", **WAIT).refusal
    assert "healthy itself, but after 20 s 2 of 3 members have joined. Missing: http://127.0.0.1:23999." in said


def test_the_gate_says_why_a_member_is_not_healthy(member: Machine) -> None:
    member.set(sick="no leader", journal="etcd: lost the leader")
    said = member.run("wait-healthy", **WAIT).refusal
    assert "not healthy after 20 s: https://192.168.0.100:2379 is unhealthy: no leader" in said
    assert "etcd: lost the leader" in said


def test_one_member_more_than_was_made_here_does_not_close_the_gate(member: Machine) -> None:
    assert member.run("wait-healthy", **WAIT, size=2).status == 0


def test_a_machine_may_be_touched_when_all_peers_are_healthy(member: Machine) -> None:
    ran = member.run("check-peers", subject="etcd-2")
    assert ran.report == "unchanged: all but etcd-2 are healthy, so its machine may be stopped"


def test_a_machine_is_not_touched_while_a_peer_is_down(member: Machine) -> None:
    member.set(sick_102="")
    said = member.run("check-peers", subject="etcd-2").refusal
    assert "not touching the machine of etcd-2: https://192.168.0.102:2379 is not healthy" in said


def field(version: str, file: str, name: str) -> list[str]:
    library = (HOST_FILES / "lib" / "etcdctl.sh").read_text()
    done = subprocess.run(
        ["bash", "-c", f"pki_directory=/\n{library}\nfields {name}"],
        input=etcdctl_output.read(version, file),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("version", "own"), [("3.5.11", "3319814642761637952"), ("3.6.14", "13668033151171901709")], ids=VERSIONS
)
def test_answers_are_read_by_the_names_of_fields(version: str, own: str) -> None:
    """Recorded from etcdctl and etcd of that version."""
    assert field(version, "endpoint-status", "MemberID") == field(version, "endpoint-status", "Leader") == [own]
    assert field(version, "endpoint-status", "IsLearner") == ["false"]
    assert field(version, "endpoint-status", "Version") == [version]
    assert field(version, "alarm-list", "AlarmType") == ["NOSPACE"]
    assert field(version, "alarm-list-none", "AlarmType") == []
    assert field(version, "member-list", "Name") == ["m1", ""]
