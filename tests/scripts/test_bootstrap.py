"""The first start: a permit for an empty data directory is given once, and never to a member that ran before."""

import pytest

from tests.scripts.machine import Machine

OWN = "token etcd-1"


def test_an_empty_volume_gets_its_permit_and_etcd_is_started_without_waiting(machine: Machine) -> None:
    assert "started etcd" in machine.run("bootstrap", "create").report
    assert machine.on_volume() == {".permit": OWN, ".identity": OWN}
    assert machine.get("etcd") == "activating"
    assert machine.wal.exists(), "etcd did not come past its guard"
    assert machine.get("enabled") == ""
    assert machine.run("bootstrap", "create").report == "unchanged: etcd is starting"


def test_only_create_gives_a_permit_and_an_update_does_nothing(machine: Machine) -> None:
    ran = machine.run("bootstrap", "update")
    assert ran.report == "unchanged: etcd-1 was bootstrapped before"
    assert machine.on_volume() == {}
    assert not ran.called("systemctl")


def test_a_member_that_runs_is_left_alone_whatever_runs_again(member_of_any_size: Machine) -> None:
    before = member_of_any_size.on_volume()
    for action in ("create", "update"):
        ran = member_of_any_size.run("bootstrap", action)
        assert ran.report.startswith("unchanged: ")
        assert not ran.called("systemctl")
    assert member_of_any_size.on_volume() == before


def test_a_volume_that_was_in_use_and_lost_its_log_gets_no_permit(machine: Machine) -> None:
    (machine.mount_point / ".identity").write_text(OWN)
    ran = machine.run("bootstrap", "create")
    assert "was in use and its log is gone" in ran.refusal
    assert "docs/lost-member.md" in ran.refusal
    assert machine.on_volume() == {".identity": OWN}
    assert not ran.called("systemctl")


def test_a_member_that_the_others_know_gets_no_permit_for_an_empty_volume(machine: Machine) -> None:
    machine.set(peer_102='[{"name":"etcd-1","clientURLs":["https://192.168.0.100:2379"]}]')
    ran = machine.run("bootstrap", "create")
    assert "the others know etcd-1 as a member that ran" in ran.refusal
    assert machine.on_volume() == {}
    assert not ran.called("systemctl")


def test_peers_that_do_not_know_the_member_as_one_that_ran_do_not_stop_it(machine: Machine) -> None:
    """As at the first start of all: the others have it among the members, and no client URL of it."""
    machine.set(peer_101='[{"name":"","peerURLs":["https://192.168.0.100:2380"]}]')
    assert "started etcd" in machine.run("bootstrap", "create").report


def test_machines_that_are_not_there_yet_do_not_stop_a_first_start(machine: Machine) -> None:
    machine.set(peer_101="nothing", peer_102="refused")
    assert "started etcd" in machine.run("bootstrap", "create").report


@pytest.mark.parametrize("answer", ["silent", "stranger"])
def test_a_peer_that_listens_and_does_not_answer_is_not_taken_for_a_no(machine: Machine, answer: str) -> None:
    machine.set(peer_101=answer)
    ran = machine.run("bootstrap", "create")
    assert "https://192.168.0.101:2380 listens but does not answer" in ran.refusal
    assert machine.on_volume() == {}
    assert len(ran.called("curl")) > 10, "a peer that is starting listens for some seconds before it answers"


def test_the_permit_of_another_member_is_refused(machine: Machine) -> None:
    (machine.mount_point / ".permit").write_text("token etcd-2")
    assert "the data volume has the permit of 'token etcd-2'" in machine.run("bootstrap", "create").refusal
    assert machine.on_volume() == {".permit": "token etcd-2"}


def test_a_cluster_of_one_asks_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = Machine(tmp_path_factory.mktemp("alone"), size=1)
    alone.has_files()
    alone.set(join="")
    ran = alone.run("bootstrap", "create")
    assert "started etcd" in ran.report
    assert not ran.called("curl")
    assert alone.get("etcd") == "active"
    assert ".joined" in alone.on_volume()
    assert ".permit" not in alone.on_volume()
