"""The one limit of the host that machines run into: how many inotify instances a user may have.

The systemd of a machine takes nine, all of them root's, and the kernel's default of 128 is for fourteen machines on the
whole host. The fifteenth ends at once with "Failed to allocate manager object: Too many open files".
"""

import logging
from pathlib import Path

INOTIFY_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
ENOUGH = 1_024

logger = logging.getLogger(__name__)


def raise_limits(path: Path = INOTIFY_INSTANCES) -> None:
    """Raises the limit where it is lower; until the host's next boot, and never lowers it."""
    try:
        if int(path.read_text()) < ENOUGH:
            path.write_text(str(ENOUGH))
    except OSError as error:  # a container that may not: it goes as far as it goes
        logger.warning("%s stays as it is: %s. More than about 14 machines may not start.", path, error)
