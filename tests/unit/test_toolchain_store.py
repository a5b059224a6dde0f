"""The cache of the toolchain: a part under its final name is whole, whatever happened to the runs that built it."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sandbox.toolchain import progress
from sandbox.toolchain.buildlog import BuildLog
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.progress import Progress, elapsed
from sandbox.toolchain.store import Part, Store, key_of

pytestmark = pytest.mark.unit
CHECKOUT = Path(__file__).parents[2]
# A run in a process of its own: builds a part that says when it starts and waits for a file before it ends.
RUN = """
    import io, sys, time
    from pathlib import Path
    from sandbox.toolchain.progress import Progress
    from sandbox.toolchain.store import Part, Store

    root = Path(sys.argv[1])

    def fill(folder, log):
        with (root / "builds").open("a") as builds:
            builds.write("one\\n")
        (folder / "half").write_text("")
        while not (root / "go-on").exists():
            time.sleep(0.01)
        (folder / "whole").write_text("")

    Store(root, Progress(io.StringIO())).obtain(Part("thing", "1", "key", fill))
"""


def store(root: Path) -> Store:
    return Store(root, Progress(io.StringIO()))


def start(root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(RUN), str(root)], cwd=CHECKOUT)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.01)


def test_a_part_is_built_once(tmp_path: Path) -> None:
    built: list[Path] = []
    part = Part("thing", "1", "key", lambda folder, _log: built.append(folder))
    assert store(tmp_path).obtain(part) == store(tmp_path).obtain(part) == tmp_path / "thing/key"
    assert len(built) == 1


def test_another_key_is_another_build_and_the_old_one_stays(tmp_path: Path) -> None:
    for key in ("old", "new"):
        store(tmp_path).obtain(Part("thing", "1", key, lambda folder, _log: (folder / "file").touch()))
    assert {path.name for path in (tmp_path / "thing").glob("[!.]*")} == {"old", "new"}


def test_a_failed_build_leaves_nothing_and_names_its_log(tmp_path: Path) -> None:
    def fill(folder: Path, log: BuildLog) -> None:
        (folder / "half").touch()
        log.run(["sh", "-c", "echo the reason; exit 3"])

    with pytest.raises(ToolchainError) as failure:
        store(tmp_path).obtain(Part("thing", "1", "key", fill))
    log = tmp_path / "logs/thing-key.log"
    assert "exit status 3" in str(failure.value)
    assert "| the reason" in str(failure.value)
    assert str(log) in str(failure.value)
    assert "the reason" in log.read_text()
    assert [path.name for path in (tmp_path / "thing").iterdir()] == [".lock"]


def test_a_killed_build_is_not_taken_for_whole_and_the_next_run_finishes(tmp_path: Path) -> None:
    run = start(tmp_path)
    wait_for(tmp_path / "builds")
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert not (tmp_path / "thing/key").exists()
    (tmp_path / "go-on").touch()
    assert start(tmp_path).wait(timeout=10) == 0
    assert (tmp_path / "thing/key/whole").exists()
    assert {path.name for path in (tmp_path / "thing").iterdir()} == {".lock", "key"}


def test_two_runs_at_once_build_once(tmp_path: Path) -> None:
    first = start(tmp_path)
    wait_for(tmp_path / "builds")
    second = start(tmp_path)
    time.sleep(0.3)  # long enough for the second to reach the lock
    (tmp_path / "go-on").touch()
    assert first.wait(timeout=10) == second.wait(timeout=10) == 0
    assert (tmp_path / "builds").read_text() == "one\n"


def test_a_program_left_by_a_killed_run_keeps_the_lock(tmp_path: Path) -> None:
    """Else the next run would remove the folder that the program still writes to."""
    lock = (tmp_path / "lock").open("w")
    with BuildLog.open(tmp_path / "log", inherited_lock=lock.fileno()) as log:
        found = log.output(["sh", "-c", f"readlink /proc/self/fd/{lock.fileno()}"])
    assert found == str(tmp_path / "lock")


def test_a_program_ends_with_the_run_that_started_it(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from sandbox.toolchain.buildlog import BuildLog

        with BuildLog.open(Path(sys.argv[1]) / "log") as log:
            log.run(["sh", "-c", 'echo $$ >"$0"/new && mv "$0"/new "$0"/pid && exec sleep 60', sys.argv[1]])
    """
    run = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], cwd=CHECKOUT)
    wait_for(tmp_path / "pid")
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    left = Path("/proc") / (tmp_path / "pid").read_text().strip() / "cmdline"
    deadline = time.monotonic() + 5
    while left.exists() and left.read_bytes():
        assert time.monotonic() < deadline, "the program goes on"
        time.sleep(0.01)


def test_a_key_depends_on_names_and_contents(tmp_path: Path) -> None:
    keys = set()
    for name, content in (("a", "1"), ("a", "2"), ("b", "2")):
        folder = tmp_path / f"{name}{content}"
        folder.mkdir()
        (folder / name).write_text(content)
        keys |= {key_of(folder), key_of(folder, "flags")}
    assert len(keys) == 6


def test_a_key_does_not_depend_on_where_the_checkout_is(tmp_path: Path) -> None:
    for clone in ("one", "two"):
        (tmp_path / clone / "__pycache__").mkdir(parents=True)
        (tmp_path / clone / "file").write_text("same")
        (tmp_path / clone / "__pycache__/file.pyc").write_text(clone)
    assert key_of(tmp_path / "one") == key_of(tmp_path / "two")


def test_progress_off_a_terminal_is_a_line_at_start_and_at_end(tmp_path: Path) -> None:
    out = io.StringIO()
    with Progress(out).building("thing", tmp_path / "log"):
        pass
    assert out.getvalue().splitlines() == [f"thing: building (log: {tmp_path / 'log'})", "thing: built in 0 s"]


def test_progress_on_a_terminal_ticks_with_all_that_is_being_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(progress, "TICK_SECONDS", 0.02)
    out = Terminal()
    both = Progress(out)
    with both.building("thing", tmp_path / "log"), both.building("other", tmp_path / "log"):
        time.sleep(0.2)
    assert "building thing 0 s, other 0 s" in out.getvalue()
    assert out.getvalue().endswith("thing: built in 0 s\n")


def test_durations_read_as_a_person_says_them() -> None:
    assert [elapsed(seconds) for seconds in (4.4, 60, 193)] == ["4 s", "1 min 00 s", "3 min 13 s"]
