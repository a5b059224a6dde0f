"""A refused configuration is printed without a piece of its secrets."""

import pytest

from components.settings.validate import SettingsError, parse
from tests.unit.refusals import GOOD

pytestmark = pytest.mark.unit


def test_a_secret_is_never_printed() -> None:
    values = {
        "operatorCidrs": '["198.51.100.77/24"]',
        "description": "hush$hush",
        "hushed": "hush",
        "vpcCidr": "10.9.0.0/16",
    }
    secrets = frozenset(values)
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, **values}, secrets)
    assert len(refused.value.errors) == 4
    assert str(refused.value).count("[secret]") == 4
    for piece in ("198.51.100", "hush$", "= hush", "10.9."):
        assert piece not in str(refused.value)


def test_a_secret_is_not_repeated_in_the_remedy_of_another_setting() -> None:
    """The addresses that are suggested come out of the secret subnet."""
    values = {
        "vpcCidr": "10.9.0.0/16",
        "subnetCidr": "10.9.8.0/24",
        "addresses": '["10.1.1.1", "10.1.1.2", "10.1.1.3"]',
    }
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, **values}, frozenset({"subnetCidr"}))
    assert "10.9.8." not in str(refused.value)
    assert "etcd:addresses = [secret]" in str(refused.value)


@pytest.mark.parametrize("key", ["protected", "no.such.setting"])
def test_a_secret_under_an_unknown_name_is_not_printed(key: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, key: "hush"}, frozenset({key}))
    assert "hush" not in str(refused.value)
    assert f"remedy: pulumi config rm etcd:{key}" in str(refused.value)


def test_a_renamed_secret_setting_is_not_lost_by_its_own_remedy() -> None:
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, "protected": "hush"}, frozenset({"protected"}))
    (error,) = refused.value.errors
    assert error.remedy == "pulumi config rm etcd:protected; pulumi config set --secret etcd:deletionProtection"
    assert "hush" not in str(refused.value)
