"""Machines for the tests of scripts."""

from pathlib import Path

import pytest

from tests.scripts.machine import Machine

SIZES = (1, 3, 5, 7)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """The first of three members: an empty volume is mounted, etcd is installed and configured, nothing runs."""
    machine = Machine(tmp_path)
    machine.has_files()
    return machine


@pytest.fixture
def member(tmp_path: Path) -> Machine:
    """The first of three members, which runs."""
    machine = Machine(tmp_path)
    machine.has_joined()
    return machine


@pytest.fixture(params=SIZES, ids=lambda size: f"size {size}")
def member_of_any_size(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """The first member of clusters of every size, which runs."""
    machine = Machine(tmp_path, size=request.param)
    machine.has_joined()
    return machine
