"""The type checker sees every part of AWS's SDK that the program uses; pyproject.toml keeps the others from it."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.unit


def test_every_aws_service_in_use_is_checked() -> None:
    sections = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    checked = {
        name.removesuffix(".*")
        for section in sections
        if section.get("follow_imports") == "normal"
        for name in section["module"]
    }
    texts = [path.read_text() for path in (ROOT / "components").rglob("*.py")]
    used = {
        f"pulumi_aws.{name}"
        for text in texts
        if "import pulumi_aws as aws" in text
        for name in re.findall(r"(?<![.\w])aws\.([a-z]\w*)", text)
    }
    assert "pulumi_aws.ec2" in used
    assert used <= checked, "what is missing goes into pyproject.toml, else any argument passes for it"
