"""The folder over the machine image in every machine: what makes a Debian tree behave as an EC2 instance here.

Its files are in `layer/`; this module adds what git cannot hold well. A machine's own files are in `seed`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

SOURCE = Path(__file__).parent / "layer"

# Each has no work in a machine that has no terminal, no mirrors, no physical disks, whose network is there at once, and
# whose cloud-init does the config stage's work in the final one.
MASKED_UNITS = (
    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "cloud-config.service",
    "cloud-init-hotplugd.socket",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty@tty1.service",
    "systemd-networkd-wait-online.service",
    "systemd-pstore.service",
)


def install(folder: Path) -> None:
    """Make the layer in `folder`, owned by the caller, so that no file in a machine belongs to whoever cloned this."""
    folder.mkdir(mode=0o755)
    for source in sorted(SOURCE.rglob("*")):
        target = folder / source.relative_to(SOURCE)
        if source.is_dir():
            target.mkdir(mode=0o755)
        else:
            shutil.copyfile(source, target)
            target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)
    units = folder / "etc/systemd/system"
    units.mkdir(mode=0o755, parents=True)
    for unit in MASKED_UNITS:
        (units / unit).symlink_to("/dev/null")
