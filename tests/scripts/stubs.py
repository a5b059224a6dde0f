"""Stand-ins for what scripts call: programs, all of them `stub.sh`, and what bash itself does."""

from pathlib import Path

STUB = Path(__file__).with_name("stub.sh")
STUBS = (
    *(
        "bash",
        "systemctl",
        "etcdctl",
        "curl",
        "journalctl",
        "cloud-init",
        "getent",
        "systemd-sysusers",
        "id",
        "sshd",
        "sysctl",
    ),
    *("chown", "stat", "install", "dd", "blkid", "wipefs", "mkfs.ext4", "findmnt", "systemd-escape", "blockdev"),
    *("dumpe2fs", "resize2fs", "e2fsck", "mv", "rm", "ln", "mkdir", "chmod", "tar"),
)
# Time passes at once; a file stands for a block device; nothing waits for a disk.
HEAD = """
sleep() { SECONDS=$((SECONDS + 1)); }
timeout() { shift; "$@"; }
sync() { :; }
test() { [[ $1 == -b && -e $2 ]]; }
"""
