"""`make down` leaves nothing on the machine that ran the sandbox."""

import re
import subprocess
from pathlib import Path

import pytest

from sandbox.region import Region
from tests.cluster.sandbox import Sandbox

pytestmark = pytest.mark.cluster


def traces(region: Sandbox) -> list[str]:
    """Whatever on this machine carries the region's folder or name."""
    tag, found = Region(region.state, region.folder, name=region.region, api="").tag, []
    # Not the folder of another region that only begins alike.
    named = re.compile(rf"{re.escape(str(region.folder))}(?![\w-])|{re.escape(tag)}")
    for name, command in {
        "process": ["ps", "-eo", "pid,args"],
        "mount": ["cat", "/proc/self/mounts"],
        "loop device": ["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"],
        "namespace": ["ip", "netns", "list"],
        "interface": ["ip", "-brief", "link"],
    }.items():
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        found += [f"{name}: {line}" for line in lines if named.search(line)]
    found += [f"control group: {path}" for path in Path("/sys/fs/cgroup").glob(f"*/{tag}*")]
    return found


def test_down_twice_leaves_nothing(sandbox: Sandbox) -> None:
    assert traces(sandbox), "the test looks for nothing"
    sandbox.make("down")
    assert traces(sandbox) == []
    sandbox.make("down")
    kept = {path.name for path in sandbox.folder.iterdir()}
    assert kept <= {"log", "log.before"}, f"down left {kept}"
