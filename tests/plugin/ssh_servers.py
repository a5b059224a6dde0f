"""Test hosts: sshd's of the machine image, on port 22 of loopback addresses in a network of their own."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import asyncssh

# The image is the lower layer of what the hosts see as their root filesystem; the upper one is in memory. The last
# line waits for the end of standard input, which comes also when the tests are killed.
SETUP = r"""
set -eu
keys=$1 image=$2
ip link set lo up
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$image,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cp -r "$keys" /mnt/root/etc/hosts.d
cd /mnt/root
mount -t proc proc proc
mount --rbind /dev dev
mkdir -p run/sshd
chroot . useradd --create-home --shell /bin/bash admin
chroot . usermod --password '*' root
chroot . usermod --password '*' admin
echo 'admin ALL=(ALL) NOPASSWD:ALL' >etc/sudoers.d/admin
printf '127.0.0.1 localhost %s\n' "$(uname -n)" >etc/hosts
touch run/ready
exec chroot . cat
"""

CONFIG = """
ListenAddress {address}
HostKey /etc/hosts.d/{address}.key
AuthorizedKeysFile /etc/hosts.d/authorized_keys
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
AcceptEnv LANG LC_*
MaxStartups 100
Subsystem sftp internal-sftp
PidFile none
"""


@dataclass(frozen=True)
class SshServer:
    address: str
    host_key: str


class SshServers:
    """The network; when it is closed the kernel ends every process in it."""

    def __init__(self, folder: Path, image: Path) -> None:
        self._folder = folder
        folder.mkdir()
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.private_key = key.export_private_key().decode()
        (folder / "authorized_keys").write_bytes(key.export_public_key())
        self.first = self._prepare("127.0.0.1")
        self.second = self._prepare("127.0.0.2")
        self.late = self._prepare("127.0.0.3")
        unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        setup = ["sh", "-c", SETUP, "sh", str(folder), str(image)]
        self._holder = subprocess.Popen([*unshare, *setup], stdin=subprocess.PIPE)
        self._init = self._wait_for_init()
        for host in (self.first, self.second):
            self.start(host)

    def _prepare(self, address: str) -> SshServer:
        key = asyncssh.generate_private_key("ssh-ed25519")
        path = self._folder / f"{address}.key"
        path.touch(mode=0o600)
        path.write_bytes(key.export_private_key())
        (self._folder / f"{address}.conf").write_text(CONFIG.format(address=address))
        return SshServer(address, key.export_public_key().decode().strip())

    def _wait_for_init(self) -> int:
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for pid in children.read_text().split():
                if Path(f"/proc/{pid}/root/run/ready").exists():
                    return int(pid)
            time.sleep(0.01)
        raise TimeoutError("the network namespace of the test hosts did not come up; are the tests run as root?")

    def start(self, host: SshServer) -> None:
        """Returns once the host's sshd listens: it goes to the background only then."""
        self._run("/usr/sbin/sshd", "-f", f"/etc/hosts.d/{host.address}.conf")

    def _run(self, *command: str) -> str:
        inside = ["nsenter", f"--target={self._init}", "--net", "--mount", "--pid", "--root", "--wd", "--"]
        ran = subprocess.run(
            [*inside, *command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        return ran.stdout

    def file(self, path: str) -> Path:
        """Where a file of the hosts is seen from here."""
        return Path(f"/proc/{self._init}/root") / path.lstrip("/")

    def running(self, marker: str) -> list[str]:
        """Command lines on the hosts that contain the marker."""
        return [line for line in self._run("ps", "-eo", "args").splitlines() if marker in line]

    def orphan(self, script: str) -> None:
        """Runs a shell script on the hosts, in a process whose parent has ended."""
        self._run("setsid", "--fork", "sh", "-c", 'sleep 0.2; exec sh -c "$1"', "sh", script)

    @property
    def network(self) -> Path:
        return Path(f"/proc/{self._init}/ns/net")

    def connection(self, host: SshServer, **more: object) -> dict[str, object]:
        known = {"host": host.address, "hostKey": host.host_key, "privateKey": self.private_key}
        return {**known, "dialErrorLimit": 1, **more}

    def close(self) -> None:
        self._holder.communicate()
