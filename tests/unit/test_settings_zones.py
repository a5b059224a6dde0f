"""What a stack says of zones decides where members stand, and under which address."""

import json

import pytest

from components.settings.placement import subnets, topology
from components.settings.validate import parse
from tests.unit.refusals import GOOD

pytestmark = pytest.mark.unit


def test_with_several_zones_each_has_a_subnet_and_members_take_them_in_turn() -> None:
    parsed = parse({**GOOD, "multiAz": "true", "size": "5"})
    assert subnets(parsed) == {
        "us-east-1a": "192.168.0.0/24",
        "us-east-1b": "192.168.1.0/24",
        "us-east-1c": "192.168.2.0/24",
    }
    assert [(member.zone, member.address) for member in topology(parsed)] == [
        ("us-east-1a", "192.168.0.100"),
        ("us-east-1b", "192.168.1.100"),
        ("us-east-1c", "192.168.2.100"),
        ("us-east-1a", "192.168.0.101"),
        ("us-east-1b", "192.168.1.101"),
    ]


def test_zones_and_addresses_may_be_chosen() -> None:
    zones, addresses = ("us-east-1d", "us-east-1b", "us-east-1f"), ("192.168.0.10", "192.168.1.20", "192.168.2.30")
    values = {"multiAz": "true", "availabilityZones": json.dumps(zones), "addresses": json.dumps(addresses)}
    members = topology(parse({**GOOD, **values}))
    assert [(member.zone, member.address) for member in members] == list(zip(zones, addresses, strict=True))
