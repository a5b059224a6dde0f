"""A newer patch release of etcd: member by member, while a client writes."""

import pytest

from tests.framework.cluster import Cluster
from tests.framework.writer import writing

pytestmark = pytest.mark.cluster

BEFORE, AFTER = "3.5.11", "3.5.33"


def test_a_patch_upgrade_restarts_one_member_at_a_time_and_loses_nothing(cluster: Cluster) -> None:
    assert versions(cluster) == {BEFORE}
    before, ids = cluster.pids(), {member.etcd_id() for member in cluster.members}
    with writing(cluster) as writer:
        shown = cluster.run("up", "--config", f"etcd:etcdVersion={AFTER}", timeout_seconds=600).stdout
    assert versions(cluster) == {AFTER}
    assert shown.count(AFTER) >= len(cluster.members), shown
    after = cluster.pids()
    assert all(before[name] != after[name] for name in before)
    ready = [member.ready_seconds() for member in cluster.members]
    assert ready == sorted(ready), "the members were not restarted in their order"
    assert {member.etcd_id() for member in cluster.members} == ids
    writer.lost_nothing(gap_seconds=5, at_least=100)
    for member in cluster.members:
        assert "unrecognized environment variable" not in member.journal("--boot")
    cluster.up("--expect-no-changes")
    assert cluster.pids() == after


def versions(cluster: Cluster) -> set[str]:
    return {str(status["version"]) for status in cluster.statuses().values()}
