"""A change of etcd's settings goes member by member, under load, and no acknowledged write is lost."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import ADDRESSES, CHECKOUT, ENDPOINTS, MEMBERS, Sandbox

pytestmark = pytest.mark.cluster


def starts(sandbox: Sandbox) -> list[float]:
    """When each member became ready, in seconds."""
    shown = [
        sandbox.ssh(member, "systemctl show --property=ActiveEnterTimestampMonotonic --value etcd")
        for member in MEMBERS
    ]
    return [int(each) / 1e6 for each in shown]


def test_changed_settings_restart_one_member_at_a_time_while_a_client_writes(cluster: Sandbox, tmp_path: Path) -> None:
    before, stop = cluster.pids(), tmp_path / "stop"
    writer = cluster.start(
        "python", str(CHECKOUT / "tests/cluster/writer.py"), str(cluster.folder / "access"), str(stop), *ENDPOINTS
    )
    try:
        metrics = ["--config-path", "--config", "etcd:metricsCidrs[0]=192.168.0.1/32"]
        cluster.up("--config", "etcd:snapshotCount=90000", *metrics)
    finally:
        stop.touch()
        said = writer.communicate(timeout=60)[0]
    report = json.loads(said.splitlines()[-1])
    after = cluster.pids()
    assert all(before[member] != after[member] for member in MEMBERS), "a member still runs with the old settings"
    for member in MEMBERS:
        assert 'SNAPSHOT_COUNT="90000"' in cluster.ssh(member, "sudo cat /etc/etcd/etcd.conf")
    for address in ADDRESSES:
        assert "etcd_server_has_leader 1" in cluster.run("curl", "--silent", f"http://{address}:2381/metrics").stdout
    assert report["missing"] == 0, "acknowledged writes were lost"
    assert report["acknowledged"] > 100
    assert report["longest_gap_seconds"] < 5, report
    ready = starts(cluster)
    assert ready == sorted(ready), "the members were not restarted in their order"


def test_a_change_stops_at_the_first_member_when_another_is_not_healthy(cluster: Sandbox) -> None:
    before = cluster.pids()
    cluster.ssh("etcd-3", "sudo systemctl stop etcd")
    failed = cluster.up("--config", "etcd:snapshotCount=80000", check=False)
    assert failed.returncode != 0
    assert "not restarting: https://192.168.0.102:2379 is not healthy" in failed.stdout + failed.stderr
    assert {member: before[member] for member in ("etcd-1", "etcd-2")} == {
        member: pid for member, pid in cluster.pids().items() if member != "etcd-3"
    }, "a healthy member was restarted while another was down"
    cluster.ssh("etcd-3", "sudo systemctl start etcd")


def test_an_interrupted_change_leaves_all_members_healthy_and_the_next_up_finishes_it(cluster: Sandbox) -> None:
    """Ctrl-C while the second of three is restarted: its restart may end, the third one's does not begin."""
    before = cluster.pids()
    up = ("pulumi", "up", "-s", "sandbox", "--yes", "--skip-preview", "--non-interactive")
    change = cluster.start(*up, "--config", "etcd:snapshotCount=70000")
    assert change.stdout
    said = ""
    for line in change.stdout:
        said += line
        if "etcd-start-etcd-2 updating" in line:
            os.killpg(change.pid, signal.SIGINT)
            break
    said += change.stdout.read()
    assert change.wait(timeout=10) != 0, said
    eventually(cluster.healthy, "all members are healthy after the interrupt")
    interrupted = cluster.pids()
    assert interrupted["etcd-1"] != before["etcd-1"], said
    assert interrupted["etcd-3"] == before["etcd-3"], said
    cluster.up()
    assert all('SNAPSHOT_COUNT="70000"' in cluster.ssh(each, "sudo cat /etc/etcd/etcd.conf") for each in MEMBERS)
    after = cluster.pids()
    assert after["etcd-1"] == interrupted["etcd-1"], "what was done is done again"
    assert after["etcd-3"] != interrupted["etcd-3"]
    assert cluster.healthy()


def test_no_machine_is_stopped_while_another_member_is_down(cluster: Sandbox) -> None:
    """A changed instance type is not a replacement: the provider stops the machine and starts it again."""
    booted = cluster.boot_of("etcd-1")
    cluster.ssh("etcd-3", "sudo systemctl stop etcd")
    failed = cluster.up("--config", "etcd:instanceType=m7i.xlarge", check=False)
    assert failed.returncode != 0
    said = failed.stdout + failed.stderr
    assert "not touching the machine of etcd-1: https://192.168.0.102:2379 is not healthy" in said
    assert booted
    assert cluster.boot_of("etcd-1") == booted
    cluster.ssh("etcd-3", "sudo systemctl start etcd")
    cluster.pulumi("config", "set", "etcd:instanceType", "m7i.large")
    cluster.up()
    cluster.pulumi("preview", "--expect-no-changes")
