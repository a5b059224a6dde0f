"""What a region leaves behind: on the machine that ran it, and in its own account."""

import re
import subprocess
from pathlib import Path

from sandbox.region import Region
from tests.framework import aws
from tests.framework.sandbox import Sandbox

LOOK = {
    "process": ["ps", "-eo", "pid,args"],
    "mount": ["cat", "/proc/self/mounts"],
    "loop device": ["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"],
    "namespace": ["ip", "netns", "list"],
    "interface": ["ip", "-brief", "link"],
}


def on_this_machine(sandbox: Sandbox) -> list[str]:
    """Whatever carries the region's folder or name."""
    tag, found = Region(sandbox.state, sandbox.folder, name=sandbox.region, api="").tag, []
    # Not the folder of another region that only begins alike.
    named = re.compile(rf"{re.escape(str(sandbox.folder))}(?![\w-])|{re.escape(tag)}")
    for name, command in LOOK.items():
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        found += [f"{name}: {line}" for line in lines if named.search(line)]
    found += [f"control group: {path}" for path in Path("/sys/fs/cgroup").glob(f"*/{tag}*")]
    return found


def in_the_account(sandbox: Sandbox) -> dict[str, list[str]]:
    """What of AWS is left, by kind."""
    return sandbox.call(aws.everything)
