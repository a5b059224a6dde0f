"""The engine that these tests run."""

import os
from pathlib import Path

import pytest

from sandbox.toolchain import Toolchain, ensure


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return ensure()


@pytest.fixture
def environment(toolchain: Toolchain, tmp_path: Path) -> dict[str, str]:
    """A Pulumi of its own, with a file backend, that can only use the toolchain's plugins."""
    home = tmp_path / "pulumi"
    home.mkdir()
    (home / "plugins").symlink_to(toolchain.plugins)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_", "PYTHON"))
    }
    return inherited | {
        "PATH": f"{toolchain.venv}/bin:{toolchain.bin}:{os.environ['PATH']}",
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": f"file://{home}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
