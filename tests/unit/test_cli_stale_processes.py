"""Only plugins of a dead engine of this very region are ended."""

import signal
import subprocess
from pathlib import Path

import pytest

from sandbox.cli import stale_processes

pytestmark = pytest.mark.unit

HOME = Path("/state/local/pulumi")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    plugin = "/cache/plugins/resource-aws-v7.51.1/pulumi-resource-aws"
    running(tmp_path, 10, [plugin, "127.0.0.1:1"], HOME)
    running(tmp_path, 11, ["/venv/bin/python3", "-u", "/cache/bin/pulumi-language-python-exec"], HOME)
    running(tmp_path, 12, [plugin, "127.0.0.1:2"], Path("/root/.pulumi"))
    running(tmp_path, 13, ["bash", "-c", "sleep 1"], HOME)
    command = ["/venv/bin/python", "-c", "import runpy", "/cache/plugins/resource-command-v1.2.1", "127.0.0.1:1"]
    running(tmp_path, 15, command, HOME)
    (tmp_path / "self").mkdir()
    return tmp_path


def running(proc: Path, process_id: int, words: list[str], home: Path) -> None:
    folder = proc / str(process_id)
    folder.mkdir()
    (folder / "cmdline").write_bytes(b"\0".join(word.encode() for word in words) + b"\0")
    (folder / "environ").write_bytes(f"A=b\0PULUMI_HOME={home}\0".encode())


def test_plugins_of_this_region_are_found_and_nothing_else(proc: Path) -> None:
    assert sorted(stale_processes.of_dead_engines(HOME, proc)) == [10, 11, 15]


def test_nothing_is_a_leftover_while_an_engine_of_this_region_runs(proc: Path) -> None:
    running(proc, 14, ["/cache/bin/pulumi", "up"], HOME)
    assert stale_processes.of_dead_engines(HOME, proc) == []
    assert sorted(stale_processes.processes(HOME, proc)) == [10, 11, 14, 15]


def test_a_process_that_ignores_the_request_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale_processes, "GRACE_SECONDS", 0.1)
    deaf = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo; read -r line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert deaf.stdout
    deaf.stdout.readline()
    stale_processes.end([deaf.pid])
    assert deaf.wait(timeout=5) == -signal.SIGKILL
