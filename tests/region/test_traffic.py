"""Who reaches a machine is what its security groups say now, and a zone without network is silent."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest

from sandbox.machines.firewall import Rule
from sandbox.machines.machines import MachineError
from tests.region.firewalls import OPERATOR, VPC, open_to_all, wall
from tests.region.remote import Remote
from tests.region.ssh_machine import Guest, Identity

FIRST, SECOND, ELSEWHERE = "192.168.0.100", "192.168.0.101", "192.168.1.100"
CLIENT_PORT = 2379
CLIENT = Rule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=(f"{FIRST}/32",))
TO_CLIENT_PORT = Rule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=("192.168.0.0/16",))
LISTEN = (
    "sudo systemd-run -q --unit=listen-{port} python3 -c "
    "'import socketserver as s;"
    's.ThreadingTCPServer(("",{port}),type("E",(s.StreamRequestHandler,),'
    '{{"handle":lambda e:[e.wfile.write(l) for l in e.rfile]}})).serve_forever()\''
)


@pytest.fixture(scope="module", autouse=True)
def listening(hardware: Remote, first: Guest, second: Guest) -> Iterator[None]:
    """Something that echoes on the client port of the second machine."""
    hardware.filter(open_to_all())
    first.wait_for_ssh()
    second.wait_for_ssh()
    second.ssh(LISTEN.format(port=CLIENT_PORT))
    deadline = time.monotonic() + 10
    while not reaches(first, SECOND):
        assert time.monotonic() < deadline, "nothing listens"
    yield
    hardware.filter(open_to_all())


def reaches(guest: Guest, address: str, port: int = CLIENT_PORT) -> bool:
    return guest.ssh(f"timeout 1 bash -c '</dev/tcp/{address}/{port}'", check=False).returncode == 0


def operator_reaches(hardware: Remote, address: str, port: int, source: str | None = None) -> bool:
    """Whether a program in the region's namespace does, from the address it has by itself or another."""
    bind = f"source_address=('{source}', 0)" if source else ""
    script = f"import socket; socket.create_connection(('{address}', {port}), 1, {bind})"
    command = hardware.region.enter(["python3", "-c", script])
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_neighbours_on_one_bridge_need_a_rule_on_both_sides(hardware: Remote, first: Guest) -> None:
    both = (FIRST, SECOND)
    hardware.filter(wall(both))
    assert not reaches(first, SECOND)
    hardware.filter(wall(both, CLIENT))
    assert not reaches(first, SECOND), "nothing lets it out of the first machine"
    hardware.filter(wall(both, egress=(TO_CLIENT_PORT,)))
    assert not reaches(first, SECOND), "nothing lets it into the second machine"
    hardware.filter(wall(both, CLIENT, egress=(TO_CLIENT_PORT,)))
    assert reaches(first, SECOND)


def test_an_address_without_an_interface_is_let_nowhere(hardware: Remote, first: Guest) -> None:
    hardware.filter(wall((FIRST,), egress=(Rule(protocol="-1", peers=("0.0.0.0/0",)),)))
    assert not reaches(first, SECOND)
    assert not operator_reaches(hardware, SECOND, 22)


def test_the_operator_is_filtered_like_anybody(hardware: Remote) -> None:
    hardware.filter(wall((FIRST, SECOND)))
    assert operator_reaches(hardware, SECOND, 22)
    assert not operator_reaches(hardware, SECOND, CLIENT_PORT)
    hardware.filter(wall((FIRST, SECOND), Rule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=(OPERATOR,))))
    assert operator_reaches(hardware, SECOND, CLIENT_PORT)


def test_a_connection_outlives_its_rule(hardware: Remote) -> None:
    opened = wall((SECOND,), Rule(protocol="tcp", ports=(CLIENT_PORT, CLIENT_PORT), peers=(OPERATOR,)))
    hardware.filter(opened)
    script = (
        f"import socket; s = socket.create_connection(('{SECOND}', {CLIENT_PORT}), 1); print('open', flush=True)\n"
        "input(); s.settimeout(2); s.sendall(b'still\\n'); print(s.recv(9).decode(), end='')"
    )
    command = hardware.region.enter(["python3", "-c", script])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout
        assert client.stdout.readline() == "open\n"
        hardware.filter(wall((SECOND,)))
        assert not operator_reaches(hardware, SECOND, CLIENT_PORT)
        assert client.communicate("\n", timeout=10)[0] == "still\n"


def test_a_public_address_leads_to_its_machine_for_those_it_admits(hardware: Remote) -> None:
    ssh = Rule(protocol="tcp", ports=(22, 22), peers=("198.51.100.1/32",))
    hardware.filter(wall((FIRST,), ssh, public="203.0.113.1"))
    assert operator_reaches(hardware, "203.0.113.1", 22)
    assert not operator_reaches(hardware, "203.0.113.1", 22, source="198.51.100.77")
    assert not operator_reaches(hardware, FIRST, 22, source="198.51.100.1"), "the internet knows no private address"
    hardware.filter(wall((FIRST,), ssh))
    assert not operator_reaches(hardware, "203.0.113.1", 22)


def test_a_zone_without_network_is_silent_and_comes_back(hardware: Remote, first: Guest) -> None:
    hardware.filter(open_to_all())
    hardware.cut_zone("us-east-1a")
    try:
        assert not operator_reaches(hardware, SECOND, 22)
        assert hardware.state(first.instance_id) == "running"
    finally:
        hardware.restore_zone("us-east-1a")
    assert reaches(first, SECOND)
    with pytest.raises(MachineError, match="us-east-1f; zones with subnets: us-east-1a"):
        hardware.cut_zone("us-east-1f")


def test_only_subnets_of_one_vpc_reach_each_other(hardware: Remote, identity: Identity, first: Guest) -> None:
    for vpc, reached in ((VPC, True), (("vpc-0b", "192.168.0.0/16"), False)):
        hardware.create_subnet("subnet-0b", "192.168.1.0/24", "us-east-1b", *vpc)
        guest = Guest.boot(hardware, identity, number=100, subnet="subnet-0b", network="192.168.1")
        try:
            hardware.filter(open_to_all(ELSEWHERE))
            guest.wait_for_ssh()
            assert reaches(guest, FIRST, 22) is reached
            hardware.cut_zone("us-east-1b")
            assert not reaches(first, ELSEWHERE, 22)
            assert operator_reaches(hardware, FIRST, 22), "the other zone is as before"
            hardware.restore_zone("us-east-1b")
        finally:
            hardware.terminate(guest.instance_id)
            hardware.delete_subnet("subnet-0b")
