"""A volume's filesystem grows while it is mounted and written to, on the kernel that members have on EC2."""

import os
import platform
import re
import shutil
from pathlib import Path

import pytest

from components.host.scripts import render
from sandbox.toolchain import Progress, host
from sandbox.toolchain.image import ROOT, machine_image
from sandbox.toolchain.store import Store, default_root
from tests.kernel import machine

pytestmark = [
    pytest.mark.region,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernel is for amd64"),
    pytest.mark.skipif(bool(os.geteuid()), reason="the machine image takes root"),
    pytest.mark.skipif(not machine.kernel_package(), reason="this host's package sources have no kernel for EC2"),
]

GIB = 1024**3
VARIABLES = {
    "host": "etcd-1",
    "instance_id": "i-0123456789abcdef0",
    "volume_id": "vol-0123456789abcdef0",
    "size_gib": "40",
    "mount_point": "/var/lib/etcd",
    "endpoint": "https://192.168.0.100:2379",
}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> str:
    if not shutil.which("qemu-system-x86_64"):
        host.install(["qemu-system-x86"], default_root(), Progress())
    image = Store(default_root(), Progress()).obtain(machine_image()) / ROOT
    folder = tmp_path_factory.mktemp("machine")
    kernel = machine.fetch_kernel(machine.kernel_package() or "", folder)
    resize = folder / "resize-filesystem.sh"
    resize.write_text(render("resize-filesystem", VARIABLES, {}))
    root, volume = folder / "root.disk", folder / "volume.disk"
    machine.make_root(image, {"init.sh": Path(__file__).with_name("machine.sh"), "resize-filesystem.sh": resize}, root)
    with volume.open("wb") as file:
        file.truncate(40 * GIB)
    return machine.boot(kernel, root, volume, timeout_seconds=180)


def test_the_filesystem_grows_under_writes_and_stays_mounted(console: str) -> None:
    seen = re.findall(r"^(before|after): (\d+) bytes, mounted as (\d+), (\d+) written$", console, re.MULTILINE)
    assert [when for when, *_ in seen] == ["before", "after"], console
    (_, small, mounted, _), (_, large, still_mounted, _) = seen
    assert int(small) < 20 * GIB < 38 * GIB < int(large)
    assert mounted == still_mounted
    assert "write failed" not in console


def test_the_script_grows_once_and_stops_nothing(console: str) -> None:
    said = re.findall(r"^(?:un)?changed: .*$", console, re.MULTILINE)
    grew, then = said
    assert re.fullmatch(r"changed: grew the filesystem from \d+ to \d+ blocks", grew), "nothing else was changed"
    assert then == "unchanged: the filesystem fills vol-0123456789abcdef0"


def test_the_filesystem_is_sound_afterwards(console: str) -> None:
    assert "ended 0" in console.splitlines(), console
