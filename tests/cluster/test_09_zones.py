"""Members in three zones: any zone may lose its network, and writes go on."""

import json
from pathlib import Path

import pytest

from tests.cluster.sandbox import CHECKOUT, Sandbox
from tests.cluster.waiting import eventually

pytestmark = pytest.mark.cluster

ADDRESSES = {"us-east-1a": "192.168.0.100", "us-east-1b": "192.168.1.100", "us-east-1c": "192.168.2.100"}


@pytest.fixture(scope="module")
def three_zones(own_sandbox: Sandbox) -> Sandbox:
    own_sandbox.run("up", "--config", "etcd:multiAz=true", timeout_seconds=600)
    return own_sandbox


def test_every_member_stands_in_a_zone_of_its_own(three_zones: Sandbox) -> None:
    shown = json.loads(three_zones.pulumi("stack", "output", "members", "--json").stdout)
    assert {row["zone"]: row["address"] for row in shown} == ADDRESSES
    three_zones.pulumi("preview", "--expect-no-changes")


@pytest.mark.parametrize("zone", ADDRESSES)
def test_writes_go_on_when_a_zone_loses_its_network(three_zones: Sandbox, zone: str, tmp_path: Path) -> None:
    stop, endpoints = tmp_path / "stop", [f"https://{address}:2379" for address in ADDRESSES.values()]
    rest = ",".join(url for url in endpoints if ADDRESSES[zone] not in url)
    writer = three_zones.start(
        "python", str(CHECKOUT / "tests/cluster/writer.py"), str(three_zones.folder / "access"), str(stop), *endpoints
    )
    three_zones.run("fault", "zone-down", zone)
    try:
        eventually(lambda: healthy(three_zones, rest), "the other two zones serve")
        assert not healthy(three_zones, f"https://{ADDRESSES[zone]}:2379"), "the zone is not down"
        assert healthy(three_zones, rest)
    finally:
        three_zones.run("fault", "zone-up", zone)
    eventually(lambda: healthy(three_zones, ",".join(endpoints)), "the third is back by itself")
    stop.touch()
    report = json.loads(writer.communicate(timeout=60)[0].splitlines()[-1])
    assert report["missing"] == 0, "acknowledged writes were lost"
    assert report["acknowledged"] > 50
    # An election takes at most 2 s, and the client may meet the dead member once before and once after it.
    assert report["longest_gap_seconds"] < 5, report


def healthy(sandbox: Sandbox, endpoints: str) -> bool:
    return sandbox.run("etcdctl", "endpoint", "health", f"--endpoints={endpoints}", check=False).returncode == 0
