"""Test hosts: real sshd's on port 22 of loopback addresses in a network of their own, with a /tmp of their own."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import asyncssh

SETUP = """
set -eu
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd
cp -r "$1" /run/hosts
mount -t tmpfs tmpfs /tmp
touch /run/ready
exec sleep infinity
"""

CONFIG = """
ListenAddress {address}
HostKey /run/hosts/{address}.key
AuthorizedKeysFile /run/hosts/authorized_keys
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
AcceptEnv LANG LC_*
MaxStartups 100
Subsystem sftp internal-sftp
PidFile none
"""


@dataclass(frozen=True)
class Host:
    address: str
    host_key: str


class Hosts:
    """The network; when it is closed the kernel ends every process in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.private_key = key.export_private_key().decode()
        (folder / "authorized_keys").write_bytes(key.export_public_key())
        self.first = self._prepare("127.0.0.1")
        self.second = self._prepare("127.0.0.2")
        self.late = self._prepare("127.0.0.3")
        self.plain_shell = self._prepare("127.0.0.4", """ForceCommand exec sh -c "$SSH_ORIGINAL_COMMAND"\n""")
        unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        self._holder = subprocess.Popen([*unshare, "sh", "-c", SETUP, "sh", str(folder)], stdin=subprocess.DEVNULL)
        self._init = self._wait_for_init()
        for host in (self.first, self.second, self.plain_shell):
            self.start(host)

    def _prepare(self, address: str, more: str = "") -> Host:
        key = asyncssh.generate_private_key("ssh-ed25519")
        path = self._folder / f"{address}.key"
        path.touch(mode=0o600)
        path.write_bytes(key.export_private_key())
        (self._folder / f"{address}.conf").write_text(CONFIG.format(address=address) + more)
        return Host(address, key.export_public_key().decode().strip())

    def _wait_for_init(self) -> int:
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for pid in children.read_text().split():
                if Path(f"/proc/{pid}/root/run/ready").exists():
                    return int(pid)
            time.sleep(0.01)
        raise TimeoutError("the network namespace of the test hosts did not come up; are the tests run as root?")

    def start(self, host: Host) -> None:
        """Returns once the host's sshd listens: it forks only then."""
        sshd = [shutil.which("sshd", path="/usr/sbin:/sbin") or "sshd", "-f", f"/run/hosts/{host.address}.conf"]
        inside = ["nsenter", f"--target={self._init}", "--net", "--mount", "--pid", "--"]
        subprocess.run([*inside, *sshd], check=True, stdin=subprocess.DEVNULL)

    def file(self, path: str) -> Path:
        """Where a file of the hosts is seen from here."""
        return Path(f"/proc/{self._init}/root") / path.lstrip("/")

    def running(self, marker: str) -> list[str]:
        """Command lines on the hosts that contain the marker."""
        inside = ["nsenter", f"--target={self._init}", "--mount", "--pid", "--"]
        listed = subprocess.run([*inside, "ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
        return [line for line in listed.splitlines() if marker in line]

    @property
    def network(self) -> Path:
        return Path(f"/proc/{self._init}/ns/net")

    def connection(self, host: Host, **more: object) -> dict[str, object]:
        known = {"host": host.address, "hostKey": host.host_key, "privateKey": self.private_key}
        return {**known, "dialErrorLimit": 1, **more}

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()
