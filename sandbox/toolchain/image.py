"""The root filesystem of machines: Debian, as in its own image for EC2."""

import os
from pathlib import Path

from sandbox.toolchain import pins
from sandbox.toolchain.buildlog import BuildLog
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.store import Part, key_of

CUSTOMIZE = Path(__file__).with_name("customize-image.sh")
ROOT = "root"
OPTIONS = (
    "--mode=root",
    "--variant=minbase",
    "--format=directory",
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=force-unsafe-io",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
)
# The mounts that mmdebstrap makes, and its processes, end with it, however it ends: nothing is left mounted in a
# folder that is going to be removed.
PRIVATELY = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def machine_image() -> Part:
    """The part; its folder `root` is the filesystem."""

    def fill(folder: Path, log: BuildLog) -> None:
        if os.geteuid():
            raise ToolchainError("The machine image can be made by root only: run this once as root.")
        include = f"--include={','.join(pins.IMAGE_PACKAGES)}"
        hook = f"--customize-hook={CUSTOMIZE}"
        log.run([*PRIVATELY, "mmdebstrap", *OPTIONS, include, hook, pins.IMAGE_SUITE, folder / ROOT])

    key = key_of(CUSTOMIZE, pins.IMAGE_SUITE, *OPTIONS, *pins.IMAGE_PACKAGES)
    return Part("image", f"Debian {pins.IMAGE_SUITE}", key, fill)
