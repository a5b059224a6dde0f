"""Pulumi.yaml tells the engine and the reader what Settings accepts: the same keys, types and defaults."""

import json
from pathlib import Path
from types import NoneType
from typing import Any, get_origin

import pytest
import yaml
from pydantic.fields import FieldInfo

from components.settings import Settings

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
FIELDS: dict[str, FieldInfo] = {
    key: field for name, field in Settings.model_fields.items() if (key := field.alias or name) != "aws:region"
}
TYPES: dict[object, str] = {str: "string", int: "integer", bool: "boolean", tuple: "array", dict: "object"}

pytestmark = pytest.mark.unit


def test_the_project_is_called_what_configuration_keys_begin_with() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    assert project["name"] == "etcd"
    assert project["options"] == {"refresh": "always"}


def test_both_know_the_same_keys_in_the_same_order() -> None:
    assert list(SCHEMA) == list(FIELDS)


@pytest.mark.parametrize("key", FIELDS)
def test_type_and_default_are_the_same(key: str) -> None:
    annotation = FIELDS[key].annotation
    assert SCHEMA[key]["type"] == TYPES[get_origin(annotation) or annotation]
    default = FIELDS[key].default
    assert SCHEMA[key]["default"] == (list(default) if isinstance(default, tuple) else default)
    assert SCHEMA[key].get("items") == ({"type": "string"} if isinstance(default, tuple) else None)


@pytest.mark.parametrize("key", FIELDS)
def test_every_key_is_described(key: str) -> None:
    description = SCHEMA[key]["description"]
    assert len(description) > 20
    assert description.endswith(".")


def test_the_defaults_are_accepted_as_the_engine_hands_them_over() -> None:
    defaults = {key: as_config(entry["default"]) for key, entry in SCHEMA.items()}
    assert Settings.parse({**defaults, "operatorCidrs": '["10.0.0.0/8"]', "aws:region": "us-east-1"}) == Settings.parse(
        {"operatorCidrs": '["10.0.0.0/8"]', "aws:region": "us-east-1"}
    )


@pytest.mark.parametrize("stack", sorted(path.name for path in ROOT.glob("Pulumi.*.yaml")))
def test_every_committed_stack_is_accepted_and_holds_no_local_path_or_salt(stack: str) -> None:
    content = yaml.safe_load((ROOT / stack).read_text())
    assert set(content) == {"config"}
    config = {key.removeprefix("etcd:"): as_config(value) for key, value in content["config"].items()}
    settings = Settings.parse({key: value for key, value in config.items() if ":" not in key or key == "aws:region"})
    assert not settings.release_file


def test_the_sandbox_differs_from_aws_by_provider_configuration_alone() -> None:
    config = yaml.safe_load((ROOT / "Pulumi.sandbox.yaml").read_text())["config"]
    (endpoints,) = config["aws:endpoints"]
    assert set(endpoints) == {"ec2", "iam", "kms", "s3", "ssm", "sts"}
    assert set(endpoints.values()) == {"http://127.0.0.1:4566"}
    assert (config["aws:accessKey"], config["aws:secretKey"]) == ("sandbox", "sandbox")


def as_config(value: object) -> str:
    """As the engine passes a value: everything is text, and JSON if it has parts."""
    assert not isinstance(value, NoneType)
    return value if isinstance(value, str) else json.dumps(value)
