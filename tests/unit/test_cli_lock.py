"""A lock is cleared only when its engine is certainly dead here; a live update must never lose its lock."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.cli import lock

pytestmark = pytest.mark.unit

WriteLock = Callable[..., Path]


@pytest.fixture
def write_lock(tmp_path: Path) -> WriteLock:
    """Writes a lock file as Pulumi 3.259 does (nanoseconds, Z), by default this test's own live process."""

    def write(**changes: Any) -> Path:
        content = {
            "pid": os.getpid(),
            "username": "root",
            "hostname": socket.gethostname(),
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z"),
            **changes,
        }
        path = tmp_path / "4c26b0a6-7d2e-4c0f-a67c-a5b3d6b9d3f1.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


def test_lock_of_a_live_engine_stays_and_says_who_holds_it(write_lock: WriteLock) -> None:
    path = write_lock()

    locks = lock.clear_dead(path.parent)

    assert path.exists()
    assert locks.dead == []
    assert f"process {os.getpid()} of root@{socket.gethostname()}" in locks.held[0]


def test_lock_of_a_dead_engine_is_cleared(write_lock: WriteLock) -> None:
    engine = subprocess.Popen(["true"])
    engine.wait()
    path = write_lock(pid=engine.pid)

    locks = lock.clear_dead(path.parent)

    assert not path.exists()
    assert locks.dead[0].process_id == engine.pid
    assert locks.held == []


def test_lock_whose_process_id_was_given_to_a_younger_process_is_cleared(write_lock: WriteLock) -> None:
    an_hour_before_boot = datetime.now(UTC) - timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME) + 3600)
    path = write_lock(timestamp=an_hour_before_boot.isoformat())

    assert lock.clear_dead(path.parent).dead
    assert not path.exists()


def test_killed_engine_that_its_parent_has_not_reaped_counts_as_dead(write_lock: WriteLock) -> None:
    engine = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    path = write_lock(pid=engine.pid, timestamp=(datetime.now(UTC) + timedelta(seconds=5)).isoformat())
    assert lock.clear_dead(path.parent).held

    engine.kill()
    os.waitid(os.P_PID, engine.pid, os.WEXITED | os.WNOWAIT)

    assert lock.clear_dead(path.parent).dead
    engine.wait()


def test_lock_of_another_host_is_never_cleared(write_lock: WriteLock) -> None:
    path = write_lock(hostname="elsewhere", pid=2**22 + 1)

    locks = lock.clear_dead(path.parent)

    assert path.exists()
    assert "another host" in locks.held[0]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_lock_that_cannot_be_read_is_never_cleared(write_lock: WriteLock, content: str) -> None:
    path = write_lock()
    path.write_text(content, encoding="utf-8")

    locks = lock.clear_dead(path.parent)

    assert path.exists()
    assert "unreadable" in locks.held[0]


def test_no_lock_folder_means_no_lock(tmp_path: Path) -> None:
    assert lock.clear_dead(tmp_path / "none") == lock.Locks([], [])
