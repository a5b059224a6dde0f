"""A region comes up, says how it is, and goes without a trace, whatever happened to it or to others before it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.region import Region, RegionError, cgroups
from sandbox.region.processes import Process
from sandbox.region.runtime_state import FILE, RuntimeState
from tests.region.firewalls import VPC, open_to_all
from tests.region.leak_check import LeakCheck, processes_of
from tests.region.remote_machines import API, RemoteMachines
from tests.region.ssh_machine import Identity, SshMachine


@pytest.fixture
def region(tmp_path: Path, image: Path) -> Iterator[Region]:
    region = Region(tmp_path, image, name="life", api=API)
    yield region
    region.down()


def busy(region: Region, identity: Identity) -> SshMachine:
    """A machine in it, with a volume mounted."""
    machines = RemoteMachines(region)
    machines.create_subnet("subnet-0a", "192.168.0.0/24", "us-east-1a", *VPC)
    machines.filter(open_to_all())
    machines.create_volume("vol-0a", 1)
    machine = SshMachine.boot(machines, identity, number=100, volumes={"/dev/sdf": "vol-0a"})
    machine.wait_for_ssh()
    machine.ssh("sudo mkfs.ext4 -q /dev/nvme1n1 && sudo mount /dev/nvme1n1 /mnt")
    return machine


def test_down_leaves_nothing_but_logs_and_may_be_repeated(region: Region, identity: Identity) -> None:
    region.up()
    leaks = LeakCheck(region)
    busy(region, identity)
    region.down()
    assert leaks.left() == []
    assert [entry.name for entry in region.folder.iterdir()] == ["log"]
    region.down()
    assert region.status().state == "absent"


@pytest.mark.parametrize("victim", ["daemon", "supervisor", "namespace"])
def test_a_killed_process_takes_everything_with_it(region: Region, identity: Identity, victim: str) -> None:
    region.up()
    leaks = LeakCheck(region)
    busy(region, identity)
    runtime = RuntimeState.read(region.folder)
    assert runtime is not None
    pids = {
        "daemon": processes_of(f"-m sandbox.region.daemon --folder={region.folder}")[-1],
        "supervisor": runtime.supervisor.pid,
        "namespace": runtime.namespace.pid,
    }
    os.kill(pids[victim], signal.SIGKILL)
    # Nobody is left to remove the control groups, which are empty, when the supervisor is the one that died.
    assert (leaks.left(but="control group") if victim == "supervisor" else leaks.left()) == []
    status = region.status()
    assert (status.dead, "make down" in status.remedy) == (True, True)
    with pytest.raises(RegionError, match="make down"):
        region.up()
    region.down()
    assert leaks.left() == []
    region.up()
    assert region.status().running


def test_a_second_up_keeps_the_running_region(region: Region) -> None:
    region.up()
    before = RuntimeState.read(region.folder)
    region.up()
    assert RuntimeState.read(region.folder) == before


def test_a_region_from_before_a_reboot_of_the_host_is_dead(region: Region) -> None:
    region.folder.mkdir(parents=True)
    here = Process.of(os.getpid())
    RuntimeState.write(region.folder, supervisor=here, namespace=here)
    text = (region.folder / FILE).read_text()
    runtime = RuntimeState.read(region.folder)
    assert runtime is not None
    (region.folder / FILE).write_text(text.replace(runtime.boot, "another-boot"))
    assert "rebooted" in region.status().why
    region.down()
    assert region.status().state == "absent"


def test_a_process_that_got_the_number_of_a_dead_region_is_left_alone(region: Region) -> None:
    region.folder.mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"]) as bystander:
        stale = replace(Process.of(bystander.pid), start_ticks=1)
        RuntimeState.write(region.folder, supervisor=stale, namespace=stale)
        assert region.status().dead
        region.down()
        assert bystander.poll() is None
        bystander.kill()


def test_leftovers_of_others_do_not_stop_a_region(region: Region, identity: Identity, tmp_path: Path) -> None:
    """What a dead region of this name and of another clone may have left: all that outlives processes."""
    other = tmp_path / "another-clone" / "life" / "volumes"
    own = region.folder / "machines" / "i-0" / "root"
    for folder in (other, own):
        folder.mkdir(parents=True)
        (folder / "disk.img").write_bytes(bytes(1 << 20))
    subprocess.run(["ip", "netns", "add", region.tag], check=True)
    try:
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(own)], check=True)
        subprocess.run(["losetup", "--find", str(other / "disk.img")], check=True)
        cgroups.create(region.tag)
        region.up()
        busy(region, identity)
        leaks = LeakCheck(region)
        region.down()
        assert leaks.left() == []
    finally:
        subprocess.run(["ip", "netns", "delete", region.tag], check=True)
        for line in subprocess.check_output(["losetup", "-j", str(other / "disk.img")], text=True).splitlines():
            subprocess.run(["losetup", "--detach", line.split(":")[0]], check=True)


def test_a_region_whose_folder_was_deleted_under_it_is_ended_by_the_next(region: Region) -> None:
    region.up()
    leaks = LeakCheck(region)
    shutil.rmtree(region.folder)
    assert region.status().state == "absent"
    region.up()
    assert len(processes_of(f"-m sandbox.region.supervisor --folder={region.folder}")) == 1
    region.down()
    assert leaks.left() == []


def test_two_regions_at_once_do_not_meet(tmp_path: Path, image: Path, identity: Identity) -> None:
    regions = [
        Region(tmp_path / "one", image, api=API, name="twin"),
        Region(tmp_path / "two", image, api=API, name="twin"),
    ]
    leaks = []
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Region.up, regions))
            leaks = [LeakCheck(region) for region in regions]
            one, two = pool.map(lambda region: busy(region, identity), regions)
        one.ssh("echo one | sudo tee /mnt/name")
        assert two.ssh("cat /mnt/name", check=False).returncode != 0
        regions[0].down()
        two.ssh("true")
    finally:
        for region in regions:
            region.down()
    assert [trace for each in leaks for trace in each.left()] == []


@pytest.mark.parametrize(
    ("api", "limit_seconds", "why"),
    [
        ("tests.region.remote_machines:no_such_function", 60, r"its supervisor ended.*no_such_function"),
        ("tests.region.remote_machines:answer_nobody", 3, "not within 3 s"),
    ],
)
def test_a_region_that_does_not_start_says_why_and_leaves_nothing(
    tmp_path: Path, image: Path, monkeypatch: pytest.MonkeyPatch, api: str, limit_seconds: float, why: str
) -> None:
    monkeypatch.setattr("sandbox.region.region.START_TIMEOUT_SECONDS", limit_seconds)
    region = Region(tmp_path, image, name="broken", api=api)
    with pytest.raises(RegionError, match=f"(?s){why}"):
        region.up()
    assert region.status().state == "absent"
    assert processes_of(str(region.folder)) == []


def test_nothing_enters_a_region_that_is_not_running(region: Region) -> None:
    with pytest.raises(RegionError, match="make up"):
        region.enter(["true"])
