"""What reaches a machine's shell: variables as they are, and a script that reads nothing of its own text."""

import subprocess
from pathlib import Path

import pytest

from components.host.paths import PATHS
from components.host.programs import HOST_FILES
from components.host.scripts import assemble

HOSTILE = [
    "$(touch {mark})",
    "`touch {mark}`",
    "'; touch {mark}; '",
    '"; touch {mark}; "',
    "a\n touch {mark}\n",
    "{mark}\\",
    "*",
]


def bash(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-s", "--", "create"], input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_variable_arrives_as_it_is_and_is_never_executed(value: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    given = value.format(mark=mark)
    done = bash(assemble({"free_text": given}, "", 'printf %s "$free_text"'))
    assert done.stdout == given
    assert not mark.exists()


def test_a_child_that_reads_does_not_eat_the_rest_of_the_script() -> None:
    assert bash(assemble({}, "", "cat\necho reached")).stdout == "reached\n"


def test_a_failing_command_ends_the_script_with_its_status() -> None:
    done = bash(assemble({}, "", "false\necho reached"))
    assert (done.returncode, done.stdout) == (1, "")


def test_a_script_sees_whether_it_is_a_create_or_an_update() -> None:
    assert bash(assemble({}, "", 'echo "$1"')).stdout == "create\n"


def report(script: str) -> str:
    library = "".join((HOST_FILES / "lib" / f"{name}.sh").read_text() for name in ("report", "files"))
    return bash(assemble({**PATHS.as_variables(), "host": "etcd-1"}, library, script)).stdout


def test_a_file_is_written_once_and_its_mode_and_owner_count(tmp_path: Path) -> None:
    file = tmp_path / "etcd.conf"
    owner = f"{file.parent.owner()}:{file.parent.group()}"
    script = f"write_file {file} 640 {owner} < <(printf %s content)\nreport same"
    assert report(script) == f"changed: {file}\n"
    assert report(script) == "unchanged: same\n"
    file.chmod(0o644)
    assert report(script) == f"changed: {file}\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["etcd.conf"], "a temporary file was left"
