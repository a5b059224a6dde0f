"""The data volume: formatted once when it is empty, never when it holds anything, and mounted by UUID."""

from pathlib import Path

import pytest

from tests.scripts.machine import Machine

LINE = "UUID=uuid-of-ext4 {mount_point} ext4 defaults,noatime,nofail 0 2\n"


def test_an_empty_volume_is_formatted_and_mounted(machine: Machine) -> None:
    machine.has_device()
    said = machine.run("mount", "create").report
    assert "formatted vol-1" in said
    assert "mounted vol-1" in said
    table = Path(machine.paths.fstab).read_text()
    assert table == "UUID=root / ext4 defaults 0 1\n" + LINE.format(mount_point=machine.mount_point)
    assert machine.mount_point.stat().st_mode & 0o777 == 0o700
    assert machine.run("mount").report == f"unchanged: vol-1 is mounted at {machine.mount_point}"


def test_a_volume_with_data_is_mounted_as_it_is(machine: Machine) -> None:
    machine.has_device(filesystem="ext4")
    ran = machine.run("mount")
    assert "mounted vol-1" in ran.report
    assert not ran.called("mkfs")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"filesystem": "xfs"}, "holds xfs, expected ext4 or nothing; not touching it"),
        ({"filesystem": "crypto_LUKS"}, "holds crypto_LUKS, expected ext4"),
        ({"signatures": "vda 0x1fe dos"}, "holds no filesystem but something else, not formatting it: vda 0x1fe dos"),
        ({"unreadable": ""}, "volume vol-1 cannot be read"),
        ({"unreadable": "", "filesystem": "ext4"}, "volume vol-1 cannot be read"),
    ],
)
def test_a_volume_that_holds_anything_else_is_refused_and_not_touched(
    machine: Machine, facts: dict[str, str], reason: str
) -> None:
    machine.has_device(**facts)
    ran = machine.run("mount", "create")
    assert reason in ran.refusal
    assert not ran.called("mkfs")
    assert not ran.called("systemctl")
    assert "ext4 defaults,noatime" not in Path(machine.paths.fstab).read_text()


def test_a_volume_that_is_not_attached_is_awaited_and_then_missed(machine: Machine) -> None:
    assert "volume vol-1 did not appear as " in (said := machine.run("mount").refusal)
    assert "is it attached to this instance?" in said


def test_another_filesystem_at_the_mount_point_is_refused(machine: Machine) -> None:
    machine.has_device(filesystem="ext4", mounted="uuid-of-another")
    assert "has filesystem uuid-of-another, expected uuid-of-ext4 of vol-1" in machine.run("mount").refusal


def test_a_mount_that_fails_is_refused(machine: Machine) -> None:
    machine.has_device(filesystem="ext4", broken_mount="")
    assert "has filesystem none, expected uuid-of-ext4" in machine.run("mount").refusal


def test_a_new_volume_takes_the_place_of_the_old_one_in_the_table(machine: Machine) -> None:
    Path(machine.paths.fstab).write_text(f"UUID=old {machine.mount_point} ext4 defaults 0 2\n")
    machine.has_device(filesystem="ext4")
    machine.run("mount")
    assert Path(machine.paths.fstab).read_text() == LINE.format(mount_point=machine.mount_point)
