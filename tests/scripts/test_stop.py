"""Stop before a machine or volume is taken away: in order, or not at all."""

from pathlib import Path

import pytest

from tests.scripts.etcdctl_output import IDS
from tests.scripts.machine import Machine


def acts(calls: list[str]) -> list[str]:
    return [" ".join(call.split()[:3]) for call in calls if call.startswith(("systemctl st", "systemctl restart"))]


def test_etcd_is_stopped_in_order_and_the_volume_unmounted(member_of_any_size: Machine) -> None:
    machine = member_of_any_size
    machine.see_cluster("3.5.11", leader=1)
    ran = machine.run("stop", "delete")
    assert ran.report == f"changed: stopped etcd,unmounted {machine.mount_point}"
    assert acts(ran.calls) == ["systemctl stop etcd", "systemctl stop data.mount"]
    assert (machine.get("etcd"), machine.get("mounted")) == ("inactive", "")
    moved = [number for number, call in enumerate(ran.calls) if f"move-leader {IDS[1]:x}" in call]
    if machine.size > 1:
        assert moved
        assert moved[0] < ran.calls.index("systemctl stop etcd"), "the leader was stopped"


@pytest.mark.parametrize(
    "facts",
    [{"sick_102": ""}, {"no_alarms": ""}, {"lock": "held"}, {"lock": "expires"}, {"broken_move_leader": ""}],
)
def test_a_stop_is_refused_and_nothing_stopped(member: Machine, facts: dict[str, str]) -> None:
    member.see_cluster("3.5.11", leader=1)
    member.set(**facts)
    ran = member.run("stop", "delete", cluster_lock_wait_seconds="0.2")
    assert "not replacing the machine of etcd-1: " in ran.refusal
    assert acts(ran.calls) == []
    assert (member.get("etcd"), member.get("mounted")) == ("active", "uuid-of-ext4")


def test_a_volume_that_is_still_in_use_stays_and_etcd_is_started_again(member: Machine) -> None:
    """The message claims no more than was done: nobody waits for that start."""
    member.set(busy="")
    ran = member.run("stop", "delete")
    assert "stays mounted, something there is still in use. etcd is being started again." in ran.refusal
    assert acts(ran.calls)[-1] == "systemctl start --no-block"
    assert member.get("etcd") == "active"


def test_an_etcd_that_does_not_stop_is_the_reason_and_not_the_mount(member: Machine) -> None:
    member.set(broken_stop="")
    ran = member.run("stop", "delete")
    assert "etcd does not stop" in ran.refusal
    assert "stays mounted" not in ran.refusal


def test_nothing_is_stopped_where_the_old_machine_is_gone(member: Machine) -> None:
    Path(member.paths.instance_id_file).write_text("i-2\n")
    ran = member.run("stop", "delete")
    assert ran.report == "unchanged: i-1 is gone, here is i-2"
    assert acts(ran.calls) == []


@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_a_member_without_a_vote_to_lose_is_stopped_unasked(member: Machine, state: str) -> None:
    member.set(etcd=state, sick_101="", sick_102="")
    assert "unmounted" in member.run("stop", "delete").report


def test_a_member_that_is_starting_has_a_vote_and_the_others_are_asked(member: Machine) -> None:
    member.set(etcd="activating", sick_102="")
    ran = member.run("stop", "delete")
    assert "https://192.168.0.102:2379 is not healthy" in ran.refusal
    assert acts(ran.calls) == []


@pytest.mark.parametrize("action", ["create", "update"])
@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_what_an_update_stopped_is_started_again(member: Machine, action: str, state: str) -> None:
    """`failed`: etcd did not end in the time that systemd gives it."""
    member.set(etcd=state)
    assert member.run("stop", action).report == "changed: started etcd"
    assert member.run("stop", action).report == "unchanged: nothing takes the data volume away"


@pytest.mark.parametrize("action", ["create", "update"])
def test_before_the_first_start_nothing_is_started(machine: Machine, action: str) -> None:
    ran = machine.run("stop", action)
    assert ran.report.startswith("unchanged: ")
    assert acts(ran.calls) == []
