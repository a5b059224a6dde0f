"""The hosts and the plugin that all tests of this folder share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.toolchain import Progress
from sandbox.toolchain.image import ROOT, machine_image
from sandbox.toolchain.store import Store, default_root
from tests.plugin.plugin import FakeEngine, Plugin
from tests.plugin.ssh_servers import SshServers


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
def servers(folder: Path) -> Iterator[SshServers]:
    servers = SshServers(folder / "hosts", Store(default_root(), Progress()).obtain(machine_image()) / ROOT)
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def engine(folder: Path) -> Iterator[FakeEngine]:
    engine = FakeEngine(folder / "engine")
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def plugin(servers: SshServers, engine: FakeEngine, folder: Path) -> Iterator[Plugin]:
    plugin = Plugin(servers.network, folder, engine)
    yield plugin
    plugin.stop()


@pytest.fixture
def start_plugin(servers: SshServers, engine: FakeEngine, folder: Path) -> Iterator[Callable[..., Plugin]]:
    """Starts a plugin of the test's own, to be ended or to have an environment."""
    started: list[Plugin] = []

    def start(**environment: str) -> Plugin:
        started.append(Plugin(servers.network, folder, engine, environment))
        return started[-1]

    yield start
    for plugin in started:
        plugin.stop()
