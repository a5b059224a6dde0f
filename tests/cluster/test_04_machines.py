"""An ordinary `up` notices machines that were stopped or deleted behind Pulumi's back."""

import json

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import ADDRESSES, MEMBERS, Sandbox
from tests.cluster.test_03_failures import CALL, instance_of, revision

pytestmark = pytest.mark.cluster

TERMINATE = """
import sys, boto3
ec2 = boto3.client("ec2")
ec2.terminate_instances(InstanceIds=sys.argv[1:])
ec2.get_waiter("instance_terminated").wait(InstanceIds=sys.argv[1:], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
"""


def member_id(sandbox: Sandbox, name: str) -> int:
    return next(int(each["ID"]) for each in sandbox.etcdctl("member", "list")["members"] if each["name"] == name)


def test_a_stopped_machine_is_started_by_the_next_up(cluster: Sandbox) -> None:
    cluster.python(CALL, "stop_instances", instance_of(cluster, "etcd-2"))
    preview = cluster.pulumi("preview", "--expect-no-changes", check=False)
    assert preview.returncode != 0, "the preview does not notice a stopped machine"
    cluster.up()
    eventually(cluster.healthy, "etcd-2 is back")


def test_deleted_machines_are_made_again_with_their_addresses_volumes_and_member_ids(cluster: Sandbox) -> None:
    """All three at once: none can be healthy before the others are there."""
    before = {member: member_id(cluster, member) for member in MEMBERS}
    written = revision(cluster, "etcd-1")
    volumes = {member: cluster.resource(f"etcd-volume-{member}")["id"] for member in MEMBERS}
    instances = {member: instance_of(cluster, member) for member in MEMBERS}
    # One that is still shutting down is still there for `up` (docs/troubleshooting.md).
    cluster.python(TERMINATE, *instances.values())
    cluster.up()
    for member in MEMBERS:
        assert instance_of(cluster, member) != instances[member]
        assert cluster.resource(f"etcd-volume-{member}")["id"] == volumes[member]
        assert member_id(cluster, member) == before[member]
        assert revision(cluster, member) >= written
    cluster.pulumi("preview", "--expect-no-changes")
    shown = json.loads(cluster.pulumi("stack", "output", "members", "--json").stdout)
    assert [row["address"] for row in shown] == list(ADDRESSES)
