"""What several unit tests need."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _rare_garbage_collection() -> Iterator[None]:
    """The many recorded programs are small and short; looking for garbage after each took a quarter of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(1_000_000)
    yield
    gc.set_threshold(*usual)


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the release; nothing in these tests reads it."""
    file = tmp_path_factory.mktemp("release") / "etcd-v3.5.11-linux-amd64.tar.gz"
    file.write_bytes(b"release")
    return file
