"""A change of etcd's settings goes member by member, under load, and no acknowledged write is lost."""

import os
import signal
import subprocess
import time

import pytest

from tests.framework import etcd_client
from tests.framework.cluster import Cluster
from tests.framework.faults import etcd_stopped
from tests.framework.polling import eventually
from tests.framework.writer import writing

pytestmark = pytest.mark.cluster

UP = ("pulumi", "up", "-s", "sandbox", "--yes", "--skip-preview", "--non-interactive")
HELD_SECONDS = 3  # a restart takes less than one


def test_changed_settings_restart_one_member_at_a_time_while_a_client_writes(cluster: Cluster) -> None:
    before = cluster.pids()
    with writing(cluster) as writer:
        metrics = ["--config-path", "--config", "etcd:metricsCidrs[0]=192.168.0.1/32"]
        cluster.up("--config", "etcd:snapshotCount=90000", *metrics)
    after = cluster.pids()
    assert all(before[name] != after[name] for name in before), "a member still runs with the old settings"
    for member in cluster.members:
        assert 'SNAPSHOT_COUNT="90000"' in member.configuration()
        read = cluster.run("curl", "--silent", f"http://{member.address}:2381/metrics").stdout
        assert "etcd_server_has_leader 1" in read
    writer.lost_nothing(gap_seconds=5, at_least=100)
    ready = [member.ready_seconds() for member in cluster.members]
    assert ready == sorted(ready), "the members were not restarted in their order"


def test_a_change_stops_at_the_first_member_when_another_is_not_healthy(cluster: Cluster) -> None:
    before = cluster.pids()
    with etcd_stopped(cluster["etcd-3"]):
        said = cluster.refused("up", "--yes", "--skip-preview", "--config", "etcd:snapshotCount=80000")
        after = cluster.pids()
    assert "not restarting: https://192.168.0.102:2379 is not healthy" in said
    assert (after["etcd-1"], after["etcd-2"]) == (before["etcd-1"], before["etcd-2"]), (
        "a healthy member was restarted while another was down"
    )


def test_a_change_restarts_nobody_while_an_alarm_is_raised(cluster: Cluster) -> None:
    before, member = cluster.pids(), cluster["etcd-2"]
    cluster.call(etcd_client.raise_alarm, str(cluster.access), member.endpoint, member.etcd_id(), "NOSPACE")
    try:
        said = cluster.refused("up", "--yes", "--skip-preview", "--config", "etcd:snapshotCount=80000")
        after = cluster.pids()
    finally:
        cluster.run("etcdctl", "alarm", "disarm")
    assert "not restarting" in said
    assert after == before


def test_a_change_waits_for_the_lock_of_another_operator(cluster: Cluster) -> None:
    """Who has another backend, so that Pulumi's own lock does not hold them apart."""
    before = cluster.pids()
    other = cluster.start("etcdctl", "lock", "etcd-aws/restart")
    assert other.stdout
    assert other.stdout.readline().startswith("etcd-aws/restart/"), "the other operator has no lock"
    change = cluster.start(*UP, "--config", "etcd:snapshotCount=75000")
    said = read_until(change, "etcd-start-etcd-1 updating")
    time.sleep(HELD_SECONDS)
    waited, meanwhile = change.poll() is None, cluster.pids()
    os.killpg(other.pid, signal.SIGINT)
    said += change.communicate(timeout=120)[0]
    assert change.returncode == 0, said
    assert waited, said
    assert meanwhile == before, "a member was restarted under the lock of another"
    after = cluster.pids()
    assert all(before[name] != after[name] for name in before), "the change was not made once the lock was free"


def test_an_interrupted_change_leaves_all_members_healthy_and_the_next_up_finishes_it(cluster: Cluster) -> None:
    """Ctrl-C while the second of three is restarted: its restart may end, the third one's does not begin.

    So it is whether the plugin ends the command on the machine or, as the published one does, lets it come to its end.
    """
    before = cluster.pids()
    change = cluster.start(*UP, "--config", "etcd:snapshotCount=70000")
    said = read_until(change, "etcd-start-etcd-2 updating")
    os.killpg(change.pid, signal.SIGINT)
    said += change.stdout.read() if change.stdout else ""
    assert change.wait(timeout=120) != 0, said
    eventually(cluster.healthy, "all members are healthy after the interrupt")
    interrupted = cluster.pids()
    assert interrupted["etcd-1"] != before["etcd-1"], said
    assert interrupted["etcd-3"] == before["etcd-3"], said
    cluster.up()
    assert all('SNAPSHOT_COUNT="70000"' in member.configuration() for member in cluster.members)
    after = cluster.pids()
    assert after["etcd-1"] == interrupted["etcd-1"], "what was done is done again"
    assert after["etcd-3"] != interrupted["etcd-3"]
    assert cluster.healthy()


def test_no_machine_is_stopped_while_another_member_is_down(cluster: Cluster) -> None:
    """A changed instance type is not a replacement: the provider stops the machine and starts it again."""
    booted = cluster["etcd-1"].boot()
    with etcd_stopped(cluster["etcd-3"]):
        said = cluster.refused("up", "--yes", "--skip-preview", "--config", "etcd:instanceType=m7i.xlarge")
        assert "not touching the machine of etcd-1: https://192.168.0.102:2379 is not healthy" in said
        assert booted
        assert cluster["etcd-1"].boot() == booted
    cluster.pulumi("config", "set", "etcd:instanceType", "m7i.large")
    cluster.up()
    cluster.plans_nothing()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What the process prints, up to the first line with this text; all of it where there is none."""
    said = ""
    for line in process.stdout or []:
        said += line
        if text in line:
            return said
    raise AssertionError(f"it never said {text!r}:\n{said}")
