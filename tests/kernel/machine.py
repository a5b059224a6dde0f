"""An emulated machine with the kernel of Debian's images for EC2, whose disks are NVMe as EC2's are.

The machines of the sandbox have the host's kernel, and what that one forbids them cannot be tested there.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

KERNEL_PACKAGE = "linux-image-cloud-amd64"
DISK = "format=raw,if=none,cache=unsafe"


def kernel_package() -> str | None:
    """The package that has the newest kernel itself; None where the host's package sources have none."""
    if not shutil.which("apt-cache"):
        return None
    said = subprocess.run(["apt-cache", "depends", KERNEL_PACKAGE], capture_output=True, text=True, check=False).stdout
    found = re.search(r"Depends: (linux-image-\S+)", said)
    return found[1] if found else None


def fetch_kernel(package: str, folder: Path) -> Path:
    """The kernel's image, from the package."""
    run("apt-get", "-o", "APT::Sandbox::User=root", "download", package, folder=folder)
    (deb,) = folder.glob("*.deb")
    run("dpkg-deb", "--extract", deb, folder)
    (kernel,) = (folder / "boot").glob("vmlinuz-*")
    return kernel


def make_root(image: Path, files: Mapping[str, Path], disk: Path) -> None:
    """A disk with the image's files, and these, executable, in its root."""
    with disk.open("wb") as file:
        file.truncate(2 * 1024**3)
    run("mkfs.ext4", "-q", "-d", image, disk)
    for name, source in files.items():
        run("debugfs", "-w", "-R", f"write {source} {name}", disk)
        run("debugfs", "-w", "-R", f"set_inode_field {name} mode 0100755", disk)


def boot(kernel: Path, root: Path, volume: Path, *, timeout_seconds: int) -> str:
    """Run the machine until it powers itself off.

    Args:
        root: its disk `/dev/nvme0n1`, on which `init.sh` is.
        volume: its disk `/dev/nvme0n2`.

    Returns:
        What it wrote to its console.
    """
    # Emulated: /dev/kvm is often missing, or slower than that where the host is a virtual machine itself.
    ran = subprocess.run(
        [
            *("qemu-system-x86_64", "-accel", "tcg", "-m", "768", "-nographic", "-nic", "none", "-no-reboot"),
            *("-kernel", kernel, "-append"),
            "console=ttyS0 panic=-1 edd=off quiet root=/dev/nvme0n1 rw init=/init.sh",
            *("-device", "nvme,id=nvme0,serial=disks"),  # one controller: the kernel numbers several as they come
            *("-drive", f"file={root},id=root,{DISK}", "-device", "nvme-ns,bus=nvme0,nsid=1,drive=root"),
            *("-drive", f"file={volume},id=volume,{DISK}", "-device", "nvme-ns,bus=nvme0,nsid=2,drive=volume"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout_seconds,
        check=True,
    )
    return ran.stdout.decode(errors="replace").replace("\r", "")


def run(*command: str | Path, folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True)
