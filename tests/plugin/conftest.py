"""The hosts and the plugin that all tests of this folder share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.toolchain import Progress
from sandbox.toolchain.image import ROOT, machine_image
from sandbox.toolchain.store import Store, default_root
from tests.plugin.hosts import Hosts
from tests.plugin.plugin import Engine, Plugin


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.region)
            if os.geteuid():
                item.add_marker(pytest.mark.skip(reason="the test hosts need root"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plugin")


@pytest.fixture(scope="session")
def hosts(folder: Path) -> Iterator[Hosts]:
    hosts = Hosts(folder / "hosts", Store(default_root(), Progress()).obtain(machine_image()) / ROOT)
    yield hosts
    hosts.close()


@pytest.fixture(scope="session")
def engine(folder: Path) -> Iterator[Engine]:
    engine = Engine(folder / "engine")
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def plugin(hosts: Hosts, engine: Engine, folder: Path) -> Iterator[Plugin]:
    plugin = Plugin(hosts.network, folder, engine)
    yield plugin
    plugin.stop()


@pytest.fixture
def start_plugin(hosts: Hosts, engine: Engine, folder: Path) -> Iterator[Callable[..., Plugin]]:
    """Starts a plugin of the test's own, to be ended or to have an environment."""
    started: list[Plugin] = []

    def start(**environment: str) -> Plugin:
        started.append(Plugin(hosts.network, folder, engine, environment))
        return started[-1]

    yield start
    for plugin in started:
        plugin.stop()
