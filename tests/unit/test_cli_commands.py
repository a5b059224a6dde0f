"""The front door knows its own commands without looking at their definitions."""

import pytest
from typer.main import get_command

from sandbox.cli.app import app
from sandbox.cli.main import OWN

pytestmark = pytest.mark.unit


def test_each_command_that_is_defined_is_the_front_doors_own() -> None:
    """Else it would be taken for a program, and `command not found` would be said of it."""
    assert set(get_command(app).commands) == OWN  # type: ignore[attr-defined]
