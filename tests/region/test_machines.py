"""A machine is what the program expects of an EC2 instance: reachable by its keys, in its subnet, and nowhere else."""

from __future__ import annotations

import os
import signal
import time

import pytest

from sandbox.machines.machines import MachineError
from sandbox.region import cgroups
from tests.region.firewalls import VPC
from tests.region.leak_check import processes_of
from tests.region.remote_machines import RemoteMachines
from tests.region.ssh_machine import Identity, SshMachine


def test_it_lets_in_the_key_pair_and_shows_the_host_key_of_its_user_data(first: SshMachine) -> None:
    first.wait_for_ssh()
    assert first.ssh("hostname; whoami").stdout.split() == ["ip-192-168-0-100", "admin"]


def test_it_has_the_address_and_hardware_address_of_its_interface(first: SshMachine) -> None:
    first.wait_for_ssh()
    assert "inet 192.168.0.100/24" in first.ssh("ip -brief -4 -oneline address; ip address").stdout
    assert "02:00:c0:a8:00:64" in first.ssh("ip link").stdout


def test_root_is_refused_and_admin_becomes_root(first: SshMachine) -> None:
    first.wait_for_ssh()
    assert first.ssh("true", user="root", check=False).returncode != 0
    assert first.ssh("sudo whoami").stdout.strip() == "root"


def test_a_machine_reaches_its_neighbour(first: SshMachine, second: SshMachine) -> None:
    second.wait_for_ssh()
    first.wait_for_ssh()
    assert "SSH-2.0" in first.ssh("timeout 5 bash -c 'head -c 20 </dev/tcp/192.168.0.101/22'").stdout


def test_the_region_routes_between_subnets(machines: RemoteMachines, first: SshMachine) -> None:
    machines.create_subnet("subnet-0b", "192.168.1.0/24", "us-east-1b", *VPC)
    try:
        first.wait_for_ssh()
        said = first.ssh("timeout 5 bash -c '</dev/tcp/192.168.1.1/9'", check=False).stderr
        assert "Connection refused" in said
    finally:
        machines.delete_subnet("subnet-0b")


def test_nothing_outside_is_reachable(first: SshMachine) -> None:
    first.wait_for_ssh()
    started = time.monotonic()
    refused = first.ssh("timeout 5 bash -c '</dev/tcp/203.0.113.1/80'", check=False)
    assert "unreachable" in refused.stderr
    assert time.monotonic() - started < 4


def test_user_data_runs_at_the_first_boot_only(second: SshMachine) -> None:
    second.wait_for_cloud_init()
    second.machines.reboot(second.instance_id)
    second.wait_for_cloud_init()
    assert second.ssh("cat /var/lib/births").stdout.split() == ["born"]


def test_no_unit_of_a_machine_fails(first: SshMachine) -> None:
    first.wait_for_cloud_init()
    assert first.ssh("systemctl --failed --no-legend").stdout == ""


def test_a_machine_cannot_take_all_memory_or_processes_of_the_host(first: SshMachine) -> None:
    groups = [group / first.instance_id for group in cgroups.find(first.machines.region.tag)]
    names = ("memory.limit_in_bytes", "memory.max", "pids.max")
    limits = {name: (group / name).read_text().strip() for group in groups for name in names if (group / name).exists()}
    assert limits, "no hierarchy of this host limits anything"
    assert set(limits.values()) == {str(cgroups.MEMORY_LIMIT_BYTES), str(cgroups.PROCESS_LIMIT)}


def test_a_machine_that_reboots_by_itself_is_running_all_the_while(second: SshMachine) -> None:
    second.wait_for_ssh()
    before = second.ssh("cat /proc/1/stat").stdout.split()[21]
    second.ssh("sudo systemctl reboot", check=False)
    deadline = time.monotonic() + 20
    while (after := second.ssh("cat /proc/1/stat", check=False)).returncode != 0 or after.stdout.split()[21] == before:
        assert second.machines.state(second.instance_id) == "running"
        assert time.monotonic() < deadline, "the machine did not come back"


def test_a_machine_that_powers_itself_off_is_stopped_and_starts_again(second: SshMachine) -> None:
    second.wait_for_ssh()
    second.ssh("echo kept | sudo tee /root/note; sudo systemctl poweroff", check=False)
    wait_for_state(second, "stopped")
    second.machines.start(second.instance_id)
    second.wait_for_ssh()
    assert second.ssh("sudo cat /root/note").stdout.strip() == "kept"


def test_a_killed_machine_is_stopped_and_starts_again(second: SshMachine) -> None:
    second.wait_for_ssh()
    (nspawn,) = processes_of(f"systemd-nspawn --quiet --boot --register=no --keep-unit --machine={tag_of(second)}")
    os.kill(nspawn, signal.SIGKILL)
    wait_for_state(second, "stopped")
    second.machines.start(second.instance_id)
    second.wait_for_ssh()


def test_stop_is_in_order_and_soon(second: SshMachine) -> None:
    second.wait_for_ssh()
    started = time.monotonic()
    second.machines.stop(second.instance_id)
    assert second.machines.state(second.instance_id) == "stopped"
    assert time.monotonic() - started < 10
    assert "Reached target poweroff.target" in second.machines.console(second.instance_id)
    second.machines.start(second.instance_id)


def test_a_terminated_machine_is_absent_and_its_address_is_free_again(
    machines: RemoteMachines, identity: Identity
) -> None:
    machine = SshMachine.boot(machines, identity, number=110)
    machines.terminate(machine.instance_id)
    assert machines.state(machine.instance_id) == "absent"
    again = SshMachine.boot(machines, identity, number=110)
    again.wait_for_ssh()
    machines.terminate(again.instance_id)


def test_a_machine_in_an_unknown_subnet_is_refused(machines: RemoteMachines, identity: Identity) -> None:
    with pytest.raises(MachineError, match="no subnet subnet-0f"):
        SshMachine.boot(machines, identity, number=111, subnet="subnet-0f")
    assert machines.state("i-0000000000000006f") == "absent"


def tag_of(machine: SshMachine) -> str:
    return f"{machine.machines.region.tag}-{machine.instance_id}"


def wait_for_state(machine: SshMachine, state: str) -> None:
    deadline = time.monotonic() + 10
    while machine.machines.state(machine.instance_id) != state:
        assert time.monotonic() < deadline, f"{machine.instance_id} is not {state}"
        time.sleep(0.02)
