"""Who reaches a machine is what its security groups say now, and a zone without network is silent."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest

from sandbox.machines.firewall import FirewallRule
from sandbox.machines.machines import MachineError
from tests.region.firewalls import OPERATOR, VPC, firewall_for, open_to_all
from tests.region.remote_machines import RemoteMachines
from tests.region.ssh_machine import Identity, SshMachine

FIRST, SECOND, ELSEWHERE = "192.168.0.100", "192.168.0.101", "192.168.1.100"
CLIENT_PORT = 2379
CLIENT = FirewallRule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=(f"{FIRST}/32",))
TO_CLIENT_PORT = FirewallRule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=("192.168.0.0/16",))
LISTEN = (
    "sudo systemd-run -q --unit=listen-{port} python3 -c "
    "'import socketserver as s;"
    's.ThreadingTCPServer(("",{port}),type("E",(s.StreamRequestHandler,),'
    '{{"handle":lambda e:[e.wfile.write(l) for l in e.rfile]}})).serve_forever()\''
)


@pytest.fixture(scope="module", autouse=True)
def listening(machines: RemoteMachines, first: SshMachine, second: SshMachine) -> Iterator[None]:
    """Something that echoes on the client port of the second machine."""
    machines.filter(open_to_all())
    first.wait_for_ssh()
    second.wait_for_ssh()
    second.ssh(LISTEN.format(port=CLIENT_PORT))
    deadline = time.monotonic() + 10
    while not reaches(first, SECOND):
        assert time.monotonic() < deadline, "nothing listens"
    yield
    machines.filter(open_to_all())


def reaches(machine: SshMachine, address: str, port: int = CLIENT_PORT) -> bool:
    return machine.ssh(f"timeout 1 bash -c '</dev/tcp/{address}/{port}'", check=False).returncode == 0


def operator_reaches(machines: RemoteMachines, address: str, port: int, source: str | None = None) -> bool:
    """Whether a program in the region's namespace does, from the address it has by itself or another."""
    bind = f"source_address=('{source}', 0)" if source else ""
    script = f"import socket; socket.create_connection(('{address}', {port}), 1, {bind})"
    command = machines.region.enter(["python3", "-c", script])
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_neighbours_on_one_bridge_need_a_rule_on_both_sides(machines: RemoteMachines, first: SshMachine) -> None:
    both = (FIRST, SECOND)
    machines.filter(firewall_for(both))
    assert not reaches(first, SECOND)
    machines.filter(firewall_for(both, CLIENT))
    assert not reaches(first, SECOND), "nothing lets it out of the first machine"
    machines.filter(firewall_for(both, egress=(TO_CLIENT_PORT,)))
    assert not reaches(first, SECOND), "nothing lets it into the second machine"
    machines.filter(firewall_for(both, CLIENT, egress=(TO_CLIENT_PORT,)))
    assert reaches(first, SECOND)


def test_an_address_without_an_interface_is_let_nowhere(machines: RemoteMachines, first: SshMachine) -> None:
    machines.filter(firewall_for((FIRST,), egress=(FirewallRule(protocol="-1", peers=("0.0.0.0/0",)),)))
    assert not reaches(first, SECOND)
    assert not operator_reaches(machines, SECOND, 22)


def test_the_operator_is_filtered_like_anybody(machines: RemoteMachines) -> None:
    machines.filter(firewall_for((FIRST, SECOND)))
    assert operator_reaches(machines, SECOND, 22)
    assert not operator_reaches(machines, SECOND, CLIENT_PORT)
    machines.filter(
        firewall_for((FIRST, SECOND), FirewallRule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=(OPERATOR,)))
    )
    assert operator_reaches(machines, SECOND, CLIENT_PORT)


def test_a_connection_outlives_its_rule(machines: RemoteMachines) -> None:
    opened = firewall_for((SECOND,), FirewallRule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=(OPERATOR,)))
    machines.filter(opened)
    script = (
        f"import socket; s = socket.create_connection(('{SECOND}', {CLIENT_PORT}), 1); print('open', flush=True)\n"
        "input(); s.settimeout(2); s.sendall(b'still\\n'); print(s.recv(9).decode(), end='')"
    )
    command = machines.region.enter(["python3", "-c", script])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout
        assert client.stdout.readline() == "open\n"
        machines.filter(firewall_for((SECOND,)))
        assert not operator_reaches(machines, SECOND, CLIENT_PORT)
        assert client.communicate("\n", timeout=10)[0] == "still\n"


def test_a_public_address_leads_to_its_machine_for_those_it_admits(machines: RemoteMachines) -> None:
    ssh = FirewallRule(protocol="tcp", ports=(22, 22), peers=("198.51.100.1/32",))
    machines.filter(firewall_for((FIRST,), ssh, public="203.0.113.1"))
    assert operator_reaches(machines, "203.0.113.1", 22)
    assert not operator_reaches(machines, "203.0.113.1", 22, source="198.51.100.77")
    assert not operator_reaches(machines, FIRST, 22, source="198.51.100.1"), "the internet knows no private address"
    machines.filter(firewall_for((FIRST,), ssh))
    assert not operator_reaches(machines, "203.0.113.1", 22)


def test_a_zone_without_network_is_silent_and_comes_back(machines: RemoteMachines, first: SshMachine) -> None:
    machines.filter(open_to_all())
    machines.isolate_zone("us-east-1a")
    try:
        assert not operator_reaches(machines, SECOND, 22)
        assert machines.state(first.instance_id) == "running"
    finally:
        machines.restore_zone("us-east-1a")
    assert reaches(first, SECOND)
    with pytest.raises(MachineError, match="us-east-1f; zones with subnets: us-east-1a"):
        machines.isolate_zone("us-east-1f")


def test_only_subnets_of_one_vpc_reach_each_other(
    machines: RemoteMachines, identity: Identity, first: SshMachine
) -> None:
    for vpc, reached in ((VPC, True), (("vpc-0b", "192.168.0.0/16"), False)):
        machines.create_subnet("subnet-0b", "192.168.1.0/24", "us-east-1b", *vpc)
        machine = SshMachine.boot(machines, identity, number=100, subnet="subnet-0b", network="192.168.1")
        try:
            machines.filter(open_to_all(ELSEWHERE))
            machine.wait_for_ssh()
            assert reaches(machine, FIRST, 22) is reached
            machines.isolate_zone("us-east-1b")
            assert not reaches(first, ELSEWHERE, 22)
            assert operator_reaches(machines, FIRST, 22), "the other zone is as before"
            machines.restore_zone("us-east-1b")
        finally:
            machines.terminate(machine.instance_id)
            machines.delete_subnet("subnet-0b")
