"""An ordinary `up` notices machines that were stopped or deleted behind Pulumi's back."""

import json

import pytest

from tests.framework import aws
from tests.framework.cluster import Cluster
from tests.framework.polling import eventually

pytestmark = pytest.mark.cluster


def test_a_stopped_machine_is_started_by_the_next_up(cluster: Cluster) -> None:
    cluster.call(aws.stop, cluster["etcd-2"].instance_id())
    cluster.refused("preview", "--expect-no-changes")
    cluster.up()
    eventually(cluster.healthy, "etcd-2 is back")


def test_deleted_machines_are_made_again_with_their_addresses_volumes_and_member_ids(cluster: Cluster) -> None:
    """All three at once: none can be healthy before the others are there."""
    before = {member.name: (member.etcd_id(), member.volume_id()) for member in cluster.members}
    written = cluster["etcd-1"].revision()
    instances = {member.name: member.instance_id() for member in cluster.members}
    # One that is still shutting down is still there for `up` (docs/troubleshooting.md).
    cluster.call(aws.terminate, list(instances.values()))
    cluster.up()
    assert {member.name: (member.etcd_id(), member.volume_id()) for member in cluster.members} == before
    for member in cluster.members:
        assert member.instance_id() != instances[member.name]
        assert member.revision() >= written
    cluster.plans_nothing()
    shown = json.loads(cluster.pulumi("stack", "output", "members", "--json").stdout)
    assert [row["address"] for row in shown] == list(cluster.addresses)
