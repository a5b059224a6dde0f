"""Pulumi.yaml and the page of settings are those that the model describes; the committed stacks are accepted."""

import json
import re
from pathlib import Path
from types import NoneType
from typing import Any

import pytest
import yaml

from components.settings import schema
from components.settings.validate import parse

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("path", schema.files(), ids=lambda path: path.name)
def test_the_generated_files_are_fresh(path: Path) -> None:
    assert path.read_text() == schema.files()[path], f"{path.name} is stale: run `make schema` and commit it"


def test_make_schema_keeps_what_stands_before_the_settings() -> None:
    assert schema.project_file("# a comment\nname: x\nconfig:\n  old: {}\n").startswith(
        "# a comment\nname: x\nconfig:\n"
    )


def test_every_setting_has_a_type_and_a_description_for_the_engine() -> None:
    assert len(CONFIG) > 40
    assert CONFIG["addresses"] == {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": schema.entries()["addresses"]["description"],
    }
    assert [key for key, entry in CONFIG.items() if not re.fullmatch(r"[A-Z].{20,}\.", entry["description"])] == []


def test_the_project_is_called_what_configuration_keys_begin_with() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    assert project["name"] == "etcd"
    assert project["options"] == {"refresh": "always"}


def test_the_defaults_are_accepted_as_the_engine_hands_them_over() -> None:
    defaults = {key: as_config(entry["default"]) for key, entry in CONFIG.items()}
    assert parse({**defaults, "operatorCidrs": '["10.0.0.0/8"]', "aws:region": "us-east-1"}) == parse(
        {"operatorCidrs": '["10.0.0.0/8"]', "aws:region": "us-east-1"}
    )


@pytest.mark.parametrize("stack", sorted(path.name for path in ROOT.glob("Pulumi.*.yaml")))
def test_every_committed_stack_is_accepted_and_holds_no_local_path_or_salt(stack: str) -> None:
    content = yaml.safe_load((ROOT / stack).read_text())
    assert set(content) == {"config"}
    config = {key.removeprefix("etcd:"): as_config(value) for key, value in content["config"].items()}
    settings = parse({key: value for key, value in config.items() if ":" not in key or key == "aws:region"})
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
