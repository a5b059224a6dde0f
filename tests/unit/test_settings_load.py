"""Settings come from this project's configuration and the provider's region, and from nowhere else."""

import os
from collections.abc import Iterator

import pulumi
import pytest

from components.settings.load import load
from components.settings.validate import SettingsError

pytestmark = pytest.mark.unit


@pytest.fixture
def engine_config(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pulumi, "get_project", lambda: "etcd")
    config: dict[str, str] = {}
    before = pulumi.runtime.config.CONFIG.get()
    yield config
    pulumi.runtime.set_all_config(before, [])


def test_load_reads_this_project_and_the_region(engine_config: dict[str, str]) -> None:
    pulumi.runtime.set_all_config(
        {"aws:region": "eu-west-1", "etcd:operatorCidrs": '["10.0.0.0/8"]', "etcd:size": "5", "other:size": "4"}
    )
    loaded = load()
    assert (loaded.region, loaded.size) == ("eu-west-1", 5)


def test_load_takes_the_region_from_where_the_provider_takes_it(
    engine_config: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi.runtime.set_all_config({"etcd:operatorCidrs": '["10.0.0.0/8"]'})
    monkeypatch.setitem(os.environ, "AWS_DEFAULT_REGION", "eu-west-2")
    assert load().region == "eu-west-2"


def test_load_knows_secrets(engine_config: dict[str, str]) -> None:
    pulumi.runtime.set_all_config(
        {"aws:region": "eu-west-1", "etcd:operatorCidrs": '["0.0.0.0/0"]'}, secret_keys=["etcd:operatorCidrs"]
    )
    with pytest.raises(SettingsError) as refused:
        load()
    assert "0.0/0" not in str(refused.value)
    assert "etcd:operatorCidrs = [secret]" in str(refused.value)
