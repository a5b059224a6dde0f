"""SECURITY.md promises a test for each of its claims: those tests exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.unit


def test_every_test_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (ROOT / "SECURITY.md").read_text()))
    source = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_[a-z0-9_]+)\(", source, re.MULTILINE))
    assert len(named) > 20
    assert named - there == set()


def test_the_page_names_every_control_of_the_benchmark_that_is_tested() -> None:
    source = (ROOT / "tests" / "cluster" / "test_06_cis_benchmark.py").read_text()
    controls = re.findall(r"^def (test_[0-9_]+_[a-z_]+)\(", source, re.MULTILINE)
    page = (ROOT / "SECURITY.md").read_text()
    assert len(controls) == 9
    assert [name for name in controls if f"`{name}`" not in page] == []
