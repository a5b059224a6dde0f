"""Every committed stack for AWS comes up as it stands, keeps every rule of the policy pack, and is destroyed whole.

The smallest cluster that there can be comes up after them, in the same region.
"""

import json
from dataclasses import replace

import pytest

from tests.framework.cluster import ADDRESSES, Cluster
from tests.framework.faults import zone_without_network
from tests.framework.leak_check import in_the_account
from tests.framework.member import Member
from tests.framework.policy_pack import complaints
from tests.framework.polling import eventually
from tests.framework.sandbox import CHECKOUT
from tests.framework.writer import writing

pytestmark = [pytest.mark.cluster, pytest.mark.in_order]

# As docs/protection.md says; a stack without protection is destroyed at once.
LIFT = {"dev": {}, "prod": {"etcd:deletionProtection": "false", "etcd:deleteDataVolumes": "true"}}
ZONES = {
    "dev": dict.fromkeys(ADDRESSES, "us-east-1a"),
    "prod": {"192.168.0.100": "us-east-1a", "192.168.1.100": "us-east-1b", "192.168.2.100": "us-east-1c"},
}


@pytest.fixture(scope="module", params=LIFT)
def stack(request: pytest.FixtureRequest, own_region: Cluster) -> Cluster:
    """One after the other in one region: where the first leaves something, the second is in its way."""
    made = replace(own_region, stack=request.param, addresses=tuple(ZONES[request.param]))
    made.run("up", "-s", made.stack, timeout_seconds=900)
    return made


def test_no_committed_stack_is_left_out() -> None:
    committed = {path.name.split(".")[1] for path in CHECKOUT.glob("Pulumi.*.yaml")}
    assert committed == {*LIFT, "sandbox"}  # the sandbox's own is every other test's


def test_its_members_are_healthy(stack: Cluster) -> None:
    assert stack.run("status").stdout.count("healthy") == len(stack.members), stack.stack


def test_it_keeps_every_rule_of_the_policy_pack(stack: Cluster) -> None:
    assert complaints(stack) == []


def test_a_preview_after_it_plans_nothing_though_debian_has_newer_images(stack: Cluster) -> None:
    assert "debian-12-" in stack.run("publish-images").stdout
    stack.plans_nothing()


def test_its_members_stand_in_one_zone_or_any_zone_may_lose_its_network(stack: Cluster) -> None:
    shown = json.loads(stack.pulumi("stack", "output", "members", "--json").stdout)
    zones = {row["address"]: row["zone"] for row in shown}
    assert zones == ZONES[stack.stack]
    if len(set(zones.values())) > 1:
        for member in stack.members:
            writes_go_on_without(stack, member, zones[member.address])


def test_it_is_destroyed_without_leftovers(stack: Cluster) -> None:
    if LIFT[stack.stack]:
        assert "etcd:deletionProtection is true" in stack.refused("destroy", "--yes", "--skip-preview")
        assert stack.run("status").stdout.count("healthy") == 3, "a refused destroy touched a member"
        settings = [word for key, value in LIFT[stack.stack].items() for word in ("--config", f"{key}={value}")]
        stack.run("up", "-s", stack.stack, *settings, timeout_seconds=900)
    assert in_the_account(stack), "the test looks for nothing"
    stack.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive")
    assert in_the_account(stack) == {}


@pytest.fixture(scope="module")
def lone(own_region: Cluster) -> Cluster:
    """In the same region, after the committed stacks."""
    made = replace(own_region, stack="lone", addresses=ADDRESSES[:1])
    made.run("up", "-s", made.stack, "--config", "etcd:size=1", timeout_seconds=900)
    made.write_sentinel()
    return made


def test_a_lone_member_is_restarted_for_a_setting_and_moves_to_another_machine_with_its_data(lone: Cluster) -> None:
    """Nobody is there to be asked, to take over or to hold the lock."""
    (member,) = lone.members
    pid, etcd_id, instance = member.pid(), member.etcd_id(), member.instance_id()
    lone.up("--config", "etcd:quotaMib=3072")
    assert (member.pid() != pid, member.etcd_id()) == (True, etcd_id)
    lone.up("--replace", "**::etcd-instance-etcd-1")
    eventually(lone.healthy, "the member is back on another machine")
    assert (member.instance_id() != instance, member.etcd_id()) == (True, etcd_id)
    assert lone.has_sentinel()
    assert complaints(lone) == []
    lone.plans_nothing()


def writes_go_on_without(cluster: Cluster, member: Member, zone: str) -> None:
    """The one member of a zone whose network goes away for a while."""
    with writing(cluster) as writer:
        with zone_without_network(cluster, zone):
            eventually(lambda: cluster.serves(cluster.others(member.name)), "the other two zones serve")
            assert not cluster.serves([member]), f"{zone} is not down"
            assert cluster.serves(cluster.others(member.name))
        eventually(lambda: cluster.serves(cluster.members), f"{zone} is back by itself")
    # An election takes at most 2 s, and the client may meet the dead member once before and once after it.
    writer.lost_nothing(gap_seconds=5)
