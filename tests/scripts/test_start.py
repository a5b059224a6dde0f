"""Start: etcd comes to run, waits where waiting protects the cluster, and never starts on an empty directory."""

import shutil

import pytest

from tests.scripts.machine import Machine


def test_a_member_with_nothing_new_is_only_asked_whether_it_is_healthy(member_of_any_size: Machine) -> None:
    ran = member_of_any_size.run("start")
    assert ran.report == "unchanged: etcd runs with what is on the disk"
    assert ran.acts == ["etcdctl endpoint health"]


def test_a_member_that_hangs_while_it_starts_gets_the_corrected_configuration(member: Machine) -> None:
    """A bad change lets it wait for ever to join; `start` on a unit that is starting does nothing."""
    member.set(etcd="activating", peer_101="[]")
    member.change_configuration()
    ran = member.run("start")
    assert ran.called("systemctl restart --no-block etcd")
    assert ran.report == "changed: restarted etcd, which was still starting"
    assert member.get("etcd") == "active"


def test_an_etcd_that_has_read_no_files_yet_is_not_restarted(machine: Machine) -> None:
    """systemd has begun its start, or is about to repeat it: its guard reads what lies on the disk anyway."""
    machine.run("bootstrap", "create")
    shutil.rmtree(machine.paths.runtime_directory)
    ran = machine.run("start", "create")
    assert ran.report == "unchanged: etcd is starting"
    assert ran.acts == []


@pytest.mark.parametrize("size", [5, 7])
def test_two_members_that_are_away_do_not_keep_the_others_from_coming_back(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    machine = Machine(tmp_path_factory.mktemp("machine"), size=size)
    machine.has_joined()
    machine.set(etcd="inactive")
    for away in range(size - 2, size):
        machine.unset(f"status_{100 + away}")
        machine.set(**{f"sick_{100 + away}": "", f"peer_{100 + away}": "nothing"})
    for there in range(1, size - 2):
        machine.set(**{f"peer_{100 + there}": "[]"})
    ran = machine.run("start")
    assert ran.report == "changed: started etcd"
    asked = [call for call in ran.called("etcdctl") if f":{2379}" in call]
    assert asked
    assert not any("192.168.0.10" + str(away) in call for away in range(size - 2, size) for call in asked), (
        "etcdctl gives an endpoint that is silent 5 s"
    )


def test_a_unit_that_was_starting_already_is_not_said_to_have_been_started(member: Machine) -> None:
    member.set(etcd="activating")
    assert member.run("start").report == "unchanged: etcd is starting"


# Before a member has joined.


def test_before_it_has_joined_nothing_waits(machine: Machine) -> None:
    machine.run("bootstrap", "create")
    ran = machine.run("start", "create")
    assert ran.report == "unchanged: etcd is starting"
    assert not ran.called("etcdctl")


def test_before_it_has_joined_a_new_configuration_is_taken_without_asking(machine: Machine) -> None:
    machine.run("bootstrap", "create")
    machine.change_configuration()
    ran = machine.run("start")
    assert ran.acts == ["systemctl restart --no-block etcd"]
    assert "restarted etcd" in ran.report


@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_a_permitted_member_that_does_not_run_is_started(machine: Machine, state: str) -> None:
    machine.run("bootstrap", "create")
    machine.set(etcd=state)
    ran = machine.run("start")
    assert ran.report == "changed: started etcd"
    assert ran.acts == ["systemctl start --no-block etcd"]


@pytest.mark.parametrize("action", ["create", "update"])
def test_without_log_and_permit_nothing_starts(machine: Machine, action: str) -> None:
    ran = machine.run("start", action)
    assert "no write-ahead log" in ran.refusal
    assert "docs/lost-member.md" in ran.refusal
    assert ran.acts == []


@pytest.mark.parametrize("state", ["inactive", "activating", "active"])
def test_a_member_that_lost_its_log_is_neither_started_nor_restarted(member: Machine, state: str) -> None:
    member.wal.unlink()
    member.change_configuration()
    member.set(etcd=state)
    ran = member.run("start", "create")
    assert "no write-ahead log" in ran.refusal
    assert ran.acts == []
    assert ".permit" not in member.on_volume()


# A member that is down.


def test_a_stopped_member_is_started_and_awaited_while_the_others_are_a_majority(member: Machine) -> None:
    member.set(etcd="inactive", peer_101="[]")
    ran = member.run("start")
    assert ran.report == "changed: started etcd"
    assert ran.acts == ["systemctl start --no-block etcd", "etcdctl endpoint health"]


def test_without_a_majority_it_is_started_and_the_next_one_is_not_kept_waiting(member: Machine) -> None:
    member.set(etcd="inactive")
    member.unset("join")
    ran = member.run("start")
    assert ran.report == "changed: started etcd"
    assert ran.acts == ["systemctl start --no-block etcd"]


def test_a_unit_that_is_not_enabled_is_enabled(member: Machine) -> None:
    member.unset("enabled")
    assert member.run("start").called("systemctl enable")
    assert not member.run("start").called("systemctl enable")
