"""The image, and one region that the tests of machines share. What it leaves behind is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.region import Region
from sandbox.toolchain import Progress
from sandbox.toolchain.image import ROOT, machine_image
from sandbox.toolchain.store import Store, default_root
from tests.region.firewalls import VPC, open_to_all
from tests.region.leak_check import LeakCheck
from tests.region.remote_machines import API, RemoteMachines
from tests.region.ssh_machine import Identity, SshMachine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.region)
            if os.geteuid():
                item.add_marker(pytest.mark.skip(reason="a region needs root"))


@pytest.fixture(scope="session")
def image() -> Path:
    return Store(default_root(), Progress()).obtain(machine_image()) / ROOT


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity.generate(tmp_path_factory.mktemp("identity"))


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, image: Path) -> Iterator[RemoteMachines]:
    region = Region(tmp_path_factory.mktemp("state"), image, name="shared", api=API)
    region.up()
    leaks = LeakCheck(region)
    try:
        machines = RemoteMachines(region)
        machines.create_subnet("subnet-0a", "192.168.0.0/24", "us-east-1a", *VPC)
        machines.filter(open_to_all())
        yield machines
    finally:
        region.down()
    assert leaks.left() == []


@pytest.fixture(scope="module")
def first(machines: RemoteMachines, identity: Identity) -> SshMachine:
    return SshMachine.boot(machines, identity, number=100)


@pytest.fixture(scope="module")
def second(machines: RemoteMachines, identity: Identity) -> SshMachine:
    return SshMachine.boot(machines, identity, number=101)
