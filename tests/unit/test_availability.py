"""What an operator is told of zones is true of where the members stand, and says both sides."""

import pytest

from components.availability import monthly_transfer_usd, summary
from components.topology import Topology, build
from tests.unit.clusters import ZONES, topology

UNEVEN = build("etcd", ["10.0.0.1", "10.0.0.2", "10.0.0.3"], "us-east-1a", "us-east-1b")

pytestmark = pytest.mark.unit


def test_one_zone_is_told_to_fall_with_it() -> None:
    text = summary(topology(3, "us-east-1a"))
    assert "3 members, 3 in us-east-1a" in text
    assert "The loss of us-east-1a stops it" in text
    assert "any one zone" not in text
    assert "nothing between members" in text


def test_three_zones_are_told_to_survive_any_one() -> None:
    text = summary(topology(5, *ZONES))
    assert "5 members, 2 in us-east-1a, 2 in us-east-1b, 1 in us-east-1c" in text
    assert "Survives the loss of any 2 of 5 machines and of any one zone." in text
    assert "stops it" not in text
    assert "3.4 ms more" in text


def test_two_zones_are_told_which_one_they_fall_with() -> None:
    text = summary(UNEVEN)
    assert "and of us-east-1b. The loss of us-east-1a stops it" in text
    assert "fewer than 2 members are left" in text


@pytest.mark.parametrize(
    ("members", "usd"),
    [
        (topology(3, "a"), 0),
        (topology(3, *ZONES), 53),
        (UNEVEN, 53),
        (topology(5, *ZONES), 105),
        (topology(7, *ZONES), 132),
    ],
)
def test_transfer_is_that_of_the_followers_in_other_zones(members: Topology, usd: int) -> None:
    assert monthly_transfer_usd(members) == usd
    assert (f"about ${usd} a month" in summary(members)) == (usd > 0)


@pytest.mark.parametrize("members", [topology(1, "a"), topology(3, "a"), topology(3, *ZONES)])
def test_both_sides_are_heard_whatever_was_chosen(members: Topology) -> None:
    text = summary(members)
    for part in ("no split brain", "takes more than etcd", "Against", "docs/multi-az.md"):
        assert part in text
    assert len(text) < 1000, "short, or nobody reads it"
