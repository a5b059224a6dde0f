"""Settings that are allowed at a price bring a warning; the others bring none."""

import pytest

from components.settings.validate import parse
from components.settings.warnings import warnings
from tests.unit.bad_access import BASTION
from tests.unit.bad_settings import Values
from tests.unit.refusals import GOOD

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"size": "1"}, "etcd:size is 1"),
        ({"instanceType": "t3.small"}, "burstable"),
        ({"instanceType": "t4g.nano"}, "1 GiB of memory or less"),
        ({"quotaMib": "9000"}, "above 8192"),
        ({"quotaMib": "2048", "volumeSizeGib": "3"}, "more than half of the volume"),
    ],
)
def test_what_is_allowed_at_a_price_is_warned_of(values: Values, warning: str) -> None:
    assert sum(warning in text for text in warnings(parse({**GOOD, **values}))) == 1


def test_the_defaults_bring_no_warning_but_that_the_vpc_is_not_reachable() -> None:
    (warning,) = warnings(parse(GOOD))
    assert "etcd:access is private" in warning
    assert warnings(parse({**GOOD, **BASTION})) == []
