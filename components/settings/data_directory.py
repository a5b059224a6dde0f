"""Directories that the data volume may be mounted on. Pure."""

import posixpath

# Memory, not disks: a mount here is gone after a reboot, and with it the member's vote.
VOLATILE = ("/dev", "/proc", "/run", "/sys", "/tmp", "/var/lock", "/var/run", "/var/tmp")  # noqa: S108
# The system's own. The unit also hides or locks most of them (ProtectSystem, ProtectHome).
SYSTEM_TREES = ("/bin", "/boot", "/etc", "/home", "/lib", "/lib32", "/lib64", "/libx32", "/root", "/sbin", "/usr")
# A volume mounted exactly here would hide what others keep below; etcd itself is installed below /opt/etcd.
SHARED_PARENTS = (
    *("/media", "/mnt", "/opt", "/opt/etcd", "/srv", "/var", "/var/backups", "/var/cache", "/var/lib", "/var/lib/apt"),
    *("/var/lib/cloud", "/var/lib/dpkg", "/var/lib/systemd", "/var/local", "/var/log", "/var/mail", "/var/spool"),
)


def mount_point(path: str) -> str:
    # POSIX gives a leading // a meaning of its own, so normpath leaves it.
    if path == "/" or path.startswith("//") or posixpath.normpath(path) != path:
        raise ValueError("an absolute path without //, /./, /../ or a / at its end, and not / itself")
    if any(path == tree or path.startswith(f"{tree}/") for tree in VOLATILE):
        raise ValueError("on a disk: this place is in memory or is cleaned up, and a member must never lose its vote")
    if path in SHARED_PARENTS or any(path == tree or path.startswith(f"{tree}/") for tree in SYSTEM_TREES):
        raise ValueError("a directory of its own: the volume mounted here would hide a part of the system")
    return path
