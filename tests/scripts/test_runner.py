"""First lines of every command: one run at a time on a machine, a time limit, and a sentence where either runs out."""

import fcntl
import subprocess
from pathlib import Path

from components.host.paths import Paths
from components.host.scripts import LIMIT_SECONDS, LOCK_WAIT_SECONDS, assemble, limited
from components.remote.commands import command_line

BASH = ["bash", "-s", "--", "update", "start", "etcd-1"]


def run(folder: Path, script: str, *, limit: int = 5, lock_wait: int = 5) -> subprocess.CompletedProcess[str]:
    paths = Paths().below(str(folder))
    (folder / "run").mkdir(exist_ok=True)
    text = limited(assemble({"host": "etcd-1"}, "", script), paths, limit=limit, lock_wait=lock_wait)
    command = command_line("update", "start", "etcd-1").removeprefix("sudo -n ").split()
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=30)


def test_a_script_sees_its_arguments_and_its_status_arrives(tmp_path: Path) -> None:
    done = run(tmp_path, 'echo "$1 $2 $3"; exit 7')
    assert (done.returncode, done.stdout, done.stderr) == (7, "update start etcd-1\n", "")


def test_nothing_of_a_script_runs_twice_or_outside_the_limit(tmp_path: Path) -> None:
    assert run(tmp_path, "echo once").stdout == "once\n"
    from_a_file = tmp_path / "text"
    from_a_file.write_text(limited(assemble({}, "", "echo once"), Paths().below(str(tmp_path))))
    with from_a_file.open() as file:
        done = subprocess.run(
            ["bash", "-s", "--", "a", "b", "c"], stdin=file, capture_output=True, text=True, check=True
        )
    assert done.stdout == "once\n"


def test_half_a_text_runs_nothing(tmp_path: Path) -> None:
    paths = Paths().below(str(tmp_path))
    (tmp_path / "run").mkdir()
    text = limited(assemble({}, "", f"touch {tmp_path}/ran\ntouch {tmp_path}/ran\n"), paths)
    for length in range(0, len(text) - len('main "$@" </dev/null\n'), 97):
        subprocess.run(
            ["bash", "-s", "--", "a", "b", "c"], input=text[:length], capture_output=True, text=True, check=False
        )
        assert not (tmp_path / "ran").exists(), f"{length} of {len(text)} characters ran something"


def test_a_time_limit_that_runs_out_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, "sleep 20", limit=1)
    assert done.returncode == 124
    assert "etcd-1: start did not end within 1 s and was stopped." in done.stderr


def test_a_status_like_the_limits_own_is_not_taken_for_it(tmp_path: Path) -> None:
    done = run(tmp_path, "exit 124", limit=5)
    assert (done.returncode, done.stderr) == (124, "")


def test_a_script_that_was_killed_is_said_to_be(tmp_path: Path) -> None:
    done = run(tmp_path, "kill -KILL $$")
    assert done.returncode == 137
    assert "etcd-1: start was killed: " in done.stderr


def test_a_lock_that_is_not_free_in_time_says_so_and_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with Path(Paths().below(str(tmp_path)).machine_lock).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(tmp_path, "echo ran", lock_wait=1)
    assert (done.returncode, done.stdout) == (75, "")
    assert "etcd-1: start did not run: an earlier run still worked on this machine after 1 s." in done.stderr


def test_what_a_killed_engine_left_on_a_machine_ends_before_the_next_run_gives_up() -> None:
    assert LOCK_WAIT_SECONDS > LIMIT_SECONDS + 10


def test_no_child_of_a_script_keeps_the_lock(tmp_path: Path) -> None:
    """A process that a script leaves behind would keep the next run out for ever."""
    assert run(tmp_path, "sleep 3 >/dev/null 2>&1 & disown; echo done").stdout == "done\n"
    assert run(tmp_path, "echo again", lock_wait=1).stdout == "again\n"


def test_the_command_line_is_short(tmp_path: Path) -> None:
    """An error of pulumi-command repeats it."""
    assert command_line("update", "resize-filesystem", "etcd-1") == "sudo -n bash -s -- update resize-filesystem etcd-1"
