"""Every committed stack for AWS comes up as it stands, keeps every rule of the policy pack, and is destroyed whole.

So does the smallest cluster that there can be, `lone`, which has no file.
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

LONE = "lone"
# As docs/protection.md says; a stack without protection is destroyed at once.
LIFT = {"dev": {}, "prod": {"etcd:deletionProtection": "false", "etcd:deleteDataVolumes": "true"}, LONE: {}}
ZONES = {
    "dev": dict.fromkeys(ADDRESSES, "us-east-1a"),
    "prod": {"192.168.0.100": "us-east-1a", "192.168.1.100": "us-east-1b", "192.168.2.100": "us-east-1c"},
    LONE: {ADDRESSES[0]: "us-east-1a"},
}


@pytest.fixture(scope="module", params=LIFT)
def stack(request: pytest.FixtureRequest, own_region: Cluster) -> Cluster:
    """One after the other in one region: where the first leaves something, the second is in its way."""
    made = replace(own_region, stack=request.param, addresses=tuple(ZONES[request.param]))
    size = ("--config", "etcd:size=1") if made.stack == LONE else ()
    made.run("up", "-s", made.stack, *size, timeout_seconds=900)
    return made


def test_no_committed_stack_is_left_out() -> None:
    committed = {path.name.split(".")[1] for path in CHECKOUT.glob("Pulumi.*.yaml")}
    assert committed == set(LIFT) - {LONE} | {"sandbox"}  # the sandbox's own is every other test's


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


def test_a_lone_member_is_restarted_for_a_changed_setting_and_keeps_its_data(stack: Cluster) -> None:
    """Nobody is there to take over, to be asked or to hold the lock: the scripts have no other endpoint."""
    if stack.stack != LONE:
        pytest.skip("the others have more members")
    stack.write_sentinel()
    (member,) = stack.members
    before = member.pid(), member.etcd_id()
    stack.up("--config", "etcd:quotaMib=3072")
    assert (member.pid() != before[0], member.etcd_id()) == (True, before[1])
    assert stack.has_sentinel()
    stack.up("--replace", "**::etcd-instance-etcd-1")
    eventually(stack.healthy, "the member is back on another machine")
    assert (stack.has_sentinel(), member.etcd_id()) == (True, before[1])
    stack.plans_nothing()


def test_it_is_destroyed_without_leftovers(stack: Cluster) -> None:
    if LIFT[stack.stack]:
        assert "etcd:deletionProtection is true" in stack.refused("destroy", "--yes", "--skip-preview")
        assert stack.run("status").stdout.count("healthy") == 3, "a refused destroy touched a member"
        settings = [word for key, value in LIFT[stack.stack].items() for word in ("--config", f"{key}={value}")]
        stack.run("up", "-s", stack.stack, *settings, timeout_seconds=900)
    assert in_the_account(stack), "the test looks for nothing"
    stack.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive")
    assert in_the_account(stack) == {}


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
