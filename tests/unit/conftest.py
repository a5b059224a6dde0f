"""What several unit tests need."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands for the release; nothing in these tests reads it."""
    file = tmp_path_factory.mktemp("release") / "etcd-v3.5.11-linux-amd64.tar.gz"
    file.write_bytes(b"release")
    return file
