"""Bootstraps under odd conditions, in regions of their own: the engine is killed, or does one thing at a time.

The second is begun before the first test and takes its time beside it: both wait for the provider most of the time.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.framework.cluster import Cluster
from tests.framework.leak_check import in_the_account
from tests.framework.polling import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.in_order]

# In the order in which a first `up` that is killed comes to them: resumed, it goes from member to member.
IN_FLIGHT = (
    "aws:ec2/vpc:Vpc::etcd-vpc",
    "aws:ec2/networkInterface:NetworkInterface::etcd-network-interface-etcd-2",
    "aws:ebs/volume:Volume::etcd-volume-etcd-1",
    "aws:ec2/instance:Instance::etcd-instance-etcd-1",
    "aws:ec2/volumeAttachment:VolumeAttachment::etcd-volume-attachment-etcd-1",
    "command:remote:CopyToRemote::etcd-release-etcd-2",
    "command:remote:Command::etcd-start-etcd-3",
)


def pending(checkpoint: Path) -> list[str]:
    """URNs of what the engine has noted as being created. Parses no more of the state than that: it is read often."""
    try:
        noted = checkpoint.read_text(encoding="utf-8").partition('"pending_operations":')[2]
    except OSError:
        return []
    return re.findall(r'"resource":{"urn":"([^"]+)"', noted)


def engine_of(process: subprocess.Popen[str]) -> int | None:
    """The Pulumi engine among the descendants of a process that the test started."""
    todo = [process.pid]
    while todo:
        pid = todo.pop()
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended since it was listed: `up` asks the engine a few things first
            continue
        if command[0].endswith(b"/pulumi") and command[1] == b"up":
            return pid
        children = subprocess.run(["pgrep", "--parent", str(pid)], capture_output=True, text=True, check=False).stdout
        todo += map(int, children.split())
    return None


def kill_in_flight(cluster: Cluster, point: str) -> list[str]:
    """Starts `up`, and kills the engine with SIGKILL while it creates what ends with `point`.

    Returns:
        URNs of all that was in flight then.
    """
    checkpoint = cluster.folder / "backend" / ".pulumi" / "stacks" / "etcd" / "sandbox.json"
    process = cluster.start("up")
    try:
        deadline = time.monotonic() + 180
        engine = None
        # Some steps take a second; beside three other clusters this process must have its turn within it.
        os.setpriority(os.PRIO_PROCESS, 0, -10)
        # The engine is known before it comes to the point: a VPC is made in a tenth of a second.
        while engine is None or not any(urn.endswith(point) for urn in pending(checkpoint)):
            assert process.poll() is None, f"`up` ended before {point}:\n{process.communicate()[0][-6000:]}"
            assert time.monotonic() < deadline, f"{point} was not created within 180 s"
            time.sleep(0.005)
            engine = engine or engine_of(process)
        os.kill(engine, signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode != 0
        left = pending(checkpoint)
        assert any(urn.endswith(point) for urn in left), f"{point} was done before the kill"
        return left
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def one_at_a_time() -> Iterator[tuple[Cluster, subprocess.Popen[str]]]:
    """A region whose first `up` goes on beside the tests of this file."""
    region = Cluster.in_region("test-parallel-1")
    region.make("down")
    first_up = region.start("up", "--parallel", "1")
    yield region, first_up
    region.make("down")
    first_up.communicate(timeout=60)


@pytest.mark.usefixtures("one_at_a_time")
def test_an_engine_killed_at_every_kind_of_step_converges_afterwards(own_region: Cluster) -> None:
    killed: list[str] = []
    for point in IN_FLIGHT:
        if not any(urn.endswith(point) for urn in killed):
            killed += kill_in_flight(own_region, point)
    shown = own_region.make("up").stdout
    assert "Cleared the lock of a dead engine" in shown
    eventually(own_region.healthy, "the cluster is healthy")
    own_region.plans_nothing()
    made = in_the_account(own_region)
    count = {kind: len(made[kind]) for kind in ("instances", "volumes", "interfaces", "vpcs")}
    assert count == {"instances": 3, "volumes": 6, "interfaces": 3, "vpcs": 1}, "something was made twice"
    assert len(own_region.etcdctl("member", "list")["members"]) == len(own_region.members)


def test_a_first_up_with_parallel_1(one_at_a_time: tuple[Cluster, subprocess.Popen[str]]) -> None:
    """Nothing waits for what comes later."""
    region, first_up = one_at_a_time
    said = first_up.communicate(timeout=600)[0]
    assert first_up.returncode == 0, said[-6000:]
    assert region.healthy()


def test_destroy_removes_everything_that_the_program_made(
    one_at_a_time: tuple[Cluster, subprocess.Popen[str]],
) -> None:
    region, _ = one_at_a_time
    assert len(in_the_account(region)) > 10, "the test looks for nothing"
    for member in region.others("etcd-3"):
        member.ssh("sudo systemctl stop etcd")  # a destruction asks no member whether the others are healthy
    region.pulumi("destroy", "--yes", "--non-interactive")
    assert in_the_account(region) == {}
    assert all(each["type"] == "pulumi:pulumi:Stack" for each in region.state_kept().get("resources", []))
