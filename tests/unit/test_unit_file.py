"""etcd's unit, as systemd itself reads it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from components.host.programs import unit

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here"),
]


def verified(text: str, folder: Path) -> tuple[int, str]:
    """Exit code and complaints. The programs of the machine are not here, so another stands for each."""
    unit = folder / "etcd.service"
    unit.write_text(re.sub(r"(?m)^(Exec\w+=)/usr/local/", rf"\1{folder}/usr/local/", text))
    for program in re.findall(rf"(?m)^Exec\w+=({folder}/\S+)", unit.read_text()):
        Path(program).parent.mkdir(parents=True, exist_ok=True)
        Path(program).write_text("#!/bin/sh\n")
        Path(program).chmod(0o755)
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


UNIT = unit("/var/lib/etcd")


def test_systemd_reads_the_unit_without_a_complaint(tmp_path: Path) -> None:
    assert verified(UNIT, tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("Restart=always", "Restart=alway"),
        ("NoNewPrivileges=yes", "NoNewPrivilege=yes"),
        ("ExecStart=/usr/local/bin/etcd", "ExecStart=/usr/local/bin/etcd \\ \n  --name etcd-1"),
    ],
    ids=["a value", "a key", "a space after a backslash"],
)
def test_a_slip_in_the_unit_would_be_complained_of(line: str, broken: str, tmp_path: Path) -> None:
    assert f"\n{line}\n" in UNIT
    assert verified(UNIT.replace(f"\n{line}\n", f"\n{broken}\n"), tmp_path) != (0, "")


def test_go_can_read_how_long_listen_queues_may_be() -> None:
    """With ProcSubset=pid there is no /proc/sys: a member's listen queues would be 128 long instead of 4,096."""
    assert "\nProcSubset=pid" not in UNIT
