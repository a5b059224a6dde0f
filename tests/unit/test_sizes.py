"""Clusters of every size: what each member is told of the others, and in which order they are touched."""

import re
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.aws.specs import NewVpc
from components.cluster import EtcdCluster
from components.topology import Topology, zone_subnets
from tests.unit.clusters import ZONES, arguments, topology
from tests.unit.recording import Provider, Recorder, record

pytestmark = pytest.mark.unit

SIZES = [topology(1, *ZONES[:1]), topology(5, *ZONES), topology(7, *ZONES)]


def of_a_later_update(tarball: Path, members: Topology) -> Recorder:
    """What is registered for a cluster that was bootstrapped before."""
    computed = Provider._computed

    def bootstrapped(self: Provider, args: pulumi.runtime.MockResourceArgs) -> dict[str, Any]:
        if args.name == "etcd-first-run":
            return {"output": {"run": "an earlier one", "token": "etcd-token"}}
        return computed(self, args)

    vpc = NewVpc(cidr="192.168.0.0/16", subnets=zone_subnets("192.168.0.0/24", members.zones))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Provider, "_computed", bootstrapped)
        return record(lambda: EtcdCluster("etcd", arguments(tarball, topology=members, vpc=vpc)))


@pytest.fixture(scope="module", params=SIZES, ids=len)
def cluster(request: pytest.FixtureRequest, tarball: Path) -> tuple[Topology, Recorder]:
    members: Topology = request.param
    return members, of_a_later_update(tarball, members)


def test_every_member_is_told_of_all_others_and_of_no_more(cluster: tuple[Topology, Recorder]) -> None:
    members, registered = cluster
    for member in members:
        stdin = registered[f"etcd-start-{member.name}"].inputs["stdin"]
        others = [other for other in members if other != member]
        for variable, urls in {
            "peer_endpoints": [other.client_url for other in others],
            "peer_urls": [other.peer_url for other in others],
        }.items():
            given = re.findall(rf"^{variable}=(.*)$", stdin, re.MULTILINE)[0]
            assert given.strip("'") == ",".join(urls)
        gate = registered[f"etcd-wait-healthy-{member.name}"].inputs["stdin"]
        assert f"\nsize={len(members)}\n" in gate


def test_each_machine_waits_for_the_member_before_and_for_the_health_of_the_others(
    cluster: tuple[Topology, Recorder],
) -> None:
    members, registered = cluster
    names = [member.name for member in members]
    for before, name in zip([None, *names], names, strict=False):
        waits_for = {each for each in registered.depends_on(f"etcd-instance-{name}") if "-start-" in each}
        assert waits_for == ({f"etcd-start-{before}"} if before else set())
        asked = f"etcd-check-peers-{name}" in registered.depends_on(f"etcd-instance-{name}")
        assert asked == (len(members) > 1), "a lone member has nobody to ask"


def test_the_gates_wait_for_the_start_of_every_member(cluster: tuple[Topology, Recorder]) -> None:
    members, registered = cluster
    starts = {f"etcd-start-{member.name}" for member in members}
    for member in members:
        assert registered.depends_on(f"etcd-wait-healthy-{member.name}") >= starts


def test_no_zone_of_three_holds_a_majority(cluster: tuple[Topology, Recorder]) -> None:
    members, registered = cluster
    zones = [registered[f"etcd-volume-{member.name}"].inputs["availabilityZone"] for member in members]
    if len(set(zones)) > 1:
        assert max(zones.count(zone) for zone in zones) <= len(members) // 2
