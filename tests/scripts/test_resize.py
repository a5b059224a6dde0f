"""The filesystem over a volume that was made larger: grown while mounted, or with etcd stopped in its turn."""

from pathlib import Path
from typing import Any

import pytest

from tests.scripts.machine import Machine

GIB = 1024**3
SIZE: dict[str, Any] = {"size_gib": 40}


@pytest.fixture
def grown(member: Machine) -> Machine:
    """A member whose volume has 40 GiB and whose filesystem has 20."""
    member.has_device(filesystem="ext4", bytes=40 * GIB, blocks=20 * GIB // 4096)
    return member


def test_it_grows_while_it_is_mounted_and_etcd_runs_on(grown: Machine) -> None:
    ran = grown.run("resize-filesystem", **SIZE)
    assert ran.report == f"changed: grew the filesystem from {20 * GIB // 4096} to {40 * GIB // 4096} blocks"
    assert not ran.called("systemctl")
    assert grown.run("resize-filesystem", **SIZE).report == "unchanged: the filesystem fills vol-1"


def test_where_the_kernel_refuses_that_etcd_is_stopped_in_its_turn(grown: Machine) -> None:
    grown.set(online_resize_denied="")
    ran = grown.run("resize-filesystem", **SIZE)
    assert ran.report.startswith("changed: restarted etcd,grew the filesystem")
    assert (grown.get("etcd"), grown.get("mounted")) == ("active", "uuid-of-ext4")
    assert [call for call in ran.calls if call.endswith(" etcd-aws/restart")]


def test_where_the_kernel_refuses_that_and_another_member_is_down_nothing_is_stopped(grown: Machine) -> None:
    grown.set(online_resize_denied="", sick_102="")
    ran = grown.run("resize-filesystem", **SIZE)
    assert "not growing the filesystem of etcd-1: https://192.168.0.102:2379 is not healthy" in ran.refusal
    assert not ran.called("systemctl st")


def test_on_a_new_machine_without_an_etcd_yet_none_is_stopped_or_started(grown: Machine) -> None:
    """A machine and its volume that change in one update: the unit is written later."""
    grown.set(online_resize_denied="", etcd="inactive")
    Path(grown.paths.etcd_unit).unlink()
    ran = grown.run("resize-filesystem", **SIZE)
    assert "grew the filesystem" in ran.report
    assert not [call for call in ran.calls if call.startswith("systemctl") and call.endswith(" etcd")]


def test_what_a_killed_run_left_unmounted_is_finished(grown: Machine) -> None:
    grown.unset("mounted")
    grown.set(etcd="inactive", sick_102="")
    assert "grew the filesystem" in grown.run("resize-filesystem", **SIZE).report
    assert (grown.get("etcd"), grown.get("mounted")) == ("active", "uuid-of-ext4")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"resize_error": "resize2fs: Bad magic number"}, "does not grow: resize2fs: Bad magic number"),
        ({"bytes": 20 * GIB}, "has 21474836480 bytes here after 120 s, not 40 GiB; run pulumi up again"),
        ({"online_resize_denied": "", "e2fsck": 4}, "e2fsck of vol-1 ends with 4; etcd is stopped"),
    ],
)
def test_it_says_what_is_wrong(grown: Machine, facts: dict[str, str], reason: str) -> None:
    grown.set(**facts)
    assert reason in grown.run("resize-filesystem", **SIZE).refusal


def test_a_filesystem_that_cannot_be_read_says_so(grown: Machine) -> None:
    grown.unset("blocks")
    assert "the filesystem of vol-1 cannot be read" in grown.run("resize-filesystem", **SIZE).refusal


def test_a_volume_that_is_not_there_says_so_in_one_line(grown: Machine) -> None:
    (Path(grown.paths.devices_directory) / "nvme-Amazon_Elastic_Block_Store_vol1").unlink()
    said = grown.run("resize-filesystem", **SIZE).refusal
    assert "volume vol-1 did not appear" in said
    assert len(said.splitlines()) == 1


def test_a_volume_that_goes_away_says_so_in_one_line(grown: Machine) -> None:
    grown.unset("bytes")
    said = grown.run("resize-filesystem", **SIZE).refusal
    assert "volume vol-1 went away" in said
    assert len(said.splitlines()) == 1
