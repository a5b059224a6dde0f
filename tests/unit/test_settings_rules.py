"""A rule between settings is applied where all that it reads is sound, and its errors name what it read."""

from collections.abc import Iterator

import pytest

from components.settings.errors import ConfigError
from components.settings.model import Settings
from components.settings.placement import topology
from components.settings.rules.cross_field import CrossFieldRules
from components.settings.validate import parse
from tests.unit.refusals import GOOD, errors_of

pytestmark = pytest.mark.unit


def test_a_rule_is_applied_to_what_is_sound_beside_a_refused_setting() -> None:
    """The size is refused, so no suggestion is made from it; the address is wrong whatever the size is."""
    size, address = errors_of({"addresses": '["8.8.8.8"]', "size": "4"})[::-1]
    assert (size.key, address.key) == ("size", "addresses[0]")
    assert "192.168.0.100" in address.remedy


def test_nothing_follows_from_a_refused_setting() -> None:
    errors = errors_of({"vpcCidr": "10.0.0.0/33", "access": "bastion", "operatorCidrs": '["203.0.113.7/32"]'})
    assert [error.key for error in errors] == ["vpcCidr"]


def test_an_error_names_the_settings_that_its_rule_read() -> None:
    def compare(settings: Settings) -> Iterator[ConfigError]:
        if len(topology(settings)) == 3:
            yield ConfigError(key="size", value=3, rule="", remedy="")
        assert settings.tags == {}

    rules = CrossFieldRules()
    rules.add(compare)
    (error,) = rules.errors(parse(GOOD), frozenset())
    assert error.mentions == {
        "addresses",
        "size",
        "clusterName",
        "multiAz",
        "availabilityZone",
        "aws:region",
        "subnetCidr",
    }
    assert list(rules.errors(parse(GOOD), frozenset({"subnetCidr"}))) == []
