"""The arithmetic and the names that everything else is built on."""

import pytest

from components.topology import Member, Topology, build, default_addresses, quorum, tolerated_failures, zone_subnets

ADDRESSES = ["192.168.0.100", "192.168.0.101", "192.168.0.102"]

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("size", "majority", "losses"), [(1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2), (6, 4, 2), (7, 4, 3)]
)
def test_quorum_is_a_majority(size: int, majority: int, losses: int) -> None:
    assert (quorum(size), tolerated_failures(size)) == (majority, losses)


def test_members_are_named_after_the_cluster_and_numbered_from_one() -> None:
    topology = build("orders", ADDRESSES, "us-east-1a")
    assert [(member.name, member.address, member.zone) for member in topology] == [
        ("orders-1", "192.168.0.100", "us-east-1a"),
        ("orders-2", "192.168.0.101", "us-east-1a"),
        ("orders-3", "192.168.0.102", "us-east-1a"),
    ]


def test_urls_are_tls_but_for_metrics_on_loopback() -> None:
    member = Member(name="etcd-1", address="192.168.0.100", zone="us-east-1a")
    assert member.client_url == "https://192.168.0.100:2379"
    assert member.peer_url == "https://192.168.0.100:2380"
    assert member.metrics_url == "http://127.0.0.1:2381"


def test_initial_cluster_and_endpoints_list_every_member() -> None:
    topology = build("etcd", ADDRESSES, "us-east-1a")
    assert topology.initial_cluster == (
        "etcd-1=https://192.168.0.100:2380,etcd-2=https://192.168.0.101:2380,etcd-3=https://192.168.0.102:2380"
    )
    assert topology.endpoints == [f"https://{address}:2379" for address in ADDRESSES]


def test_a_member_is_found_by_its_name_wherever_it_stands() -> None:
    topology = build("etcd", ADDRESSES, "us-east-1a")
    reversed_order = Topology(tuple(reversed(topology.members)))
    assert topology["etcd-2"] == reversed_order["etcd-2"]
    with pytest.raises(KeyError, match="no member etcd-9; the members are etcd-1, etcd-2, etcd-3"):
        topology["etcd-9"]


@pytest.mark.parametrize(("field", "twin"), [("address", ("etcd-2", "10.0.0.1")), ("name", ("etcd-1", "10.0.0.2"))])
def test_two_members_never_share_an_identity(field: str, twin: tuple[str, str]) -> None:
    members = [Member(name="etcd-1", address="10.0.0.1", zone="a"), Member(name=twin[0], address=twin[1], zone="a")]
    with pytest.raises(ValueError, match=f"share one {field}"):
        Topology(tuple(members))


@pytest.mark.parametrize("size", [3, 5, 7])
@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_over_three_zones_or_more_the_loss_of_any_one_keeps_quorum(size: int, count: int) -> None:
    zones = [f"us-east-1{letter}" for letter in "abcdef"[:count]]
    topology = build("etcd", default_addresses(zone_subnets("10.0.0.0/24", zones).values(), size), *zones)
    assert all(topology.survives_loss_of(zone) for zone in zones)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_over_one_or_two_zones_there_is_one_whose_loss_is_the_end(size: int) -> None:
    for zones in (["a"], ["a", "b"]):
        topology = build("etcd", default_addresses(["10.0.0.0/24"], size), *zones)
        assert not all(topology.survives_loss_of(zone) for zone in topology.zones)


def test_each_zone_has_the_next_network_of_the_same_size() -> None:
    assert zone_subnets("10.1.0.64/26", ["a", "b", "c"]) == {
        "a": "10.1.0.64/26",
        "b": "10.1.0.128/26",
        "c": "10.1.0.192/26",
    }


def test_default_addresses_are_host_numbers_from_100() -> None:
    assert default_addresses(["10.1.2.0/23"], 3) == ["10.1.2.100", "10.1.2.101", "10.1.2.102"]
