"""What several unit tests need."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.recording import Recorder

# The recorded programs are many, small and short: the collector takes 6 of 17 s.
gc.disable()


def pytest_sessionfinish() -> None:
    """Skips the collection at the end, which takes seconds too."""
    gc.freeze()


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the release; nothing in these tests reads it."""
    file = tmp_path_factory.mktemp("release") / "etcd-v3.5.11-linux-amd64.tar.gz"
    file.write_bytes(b"release")
    return file


@pytest.fixture(scope="session")
def plain_cluster(tarball: Path) -> "Recorder":
    """What the program registers for a cluster of three in one zone. Recorded once; nobody changes it."""
    # Not above: the process that only hands out the tests reads this file too, and the SDK takes it a second.
    from components.cluster import EtcdCluster
    from tests.unit.clusters import arguments
    from tests.unit.recording import record

    return record(lambda: EtcdCluster("etcd", arguments(tarball)))
