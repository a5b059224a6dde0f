"""An ordinary `up` notices machines that were stopped or deleted behind Pulumi's back."""

import json

import pytest

from tests.cluster.sandbox import Sandbox
from tests.cluster.test_03_failures import CALL, instance_of, revision
from tests.cluster.waiting import eventually

pytestmark = pytest.mark.cluster


def member_id(sandbox: Sandbox, name: str) -> int:
    return next(int(each["ID"]) for each in sandbox.etcdctl("member", "list")["members"] if each["name"] == name)


def test_a_stopped_machine_is_started_by_the_next_up(cluster: Sandbox) -> None:
    cluster.python(CALL, "stop_instances", instance_of(cluster, "etcd-2"))
    preview = cluster.pulumi("preview", "--expect-no-changes", check=False)
    assert preview.returncode != 0, "the preview does not notice a stopped machine"
    cluster.up()
    eventually(cluster.healthy, "etcd-2 is back")


def test_a_deleted_machine_is_made_again_with_its_address_its_volume_and_its_member_id(cluster: Sandbox) -> None:
    before, instance = member_id(cluster, "etcd-3"), instance_of(cluster, "etcd-3")
    written = revision(cluster, "etcd-1")
    volume = cluster.resource("etcd-volume-etcd-3")["id"]
    cluster.python(CALL, "terminate_instances", instance)
    cluster.up()
    assert instance_of(cluster, "etcd-3") != instance
    assert cluster.resource("etcd-volume-etcd-3")["id"] == volume
    eventually(cluster.healthy, "etcd-3 is back")
    assert member_id(cluster, "etcd-3") == before
    assert revision(cluster, "etcd-3") >= written
    cluster.pulumi("preview", "--expect-no-changes")
    shown = json.loads(cluster.pulumi("stack", "output", "members", "--json").stdout)
    assert {row["name"]: row["address"] for row in shown}["etcd-3"] == "192.168.0.102"
