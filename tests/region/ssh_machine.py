"""Machines as an operator meets them: booted with keys of their own, reached over SSH."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.machines.machines import MachineSpec
from tests.region.remote_machines import RemoteMachines

BOOT_TIMEOUT_SECONDS = 30.0

USER_DATA = """#cloud-config
ssh_keys:
  ed25519_private: |
    {private}
  ed25519_public: {public}
runcmd:
  - [sh, -c, "echo born >>/var/lib/births"]
"""


@dataclass(frozen=True)
class Identity:
    """The host key that user data gives to machines, and the key pair of those who log in."""

    host_key: Path
    login_key: Path

    @classmethod
    def generate(cls, folder: Path) -> Identity:
        for name in ("host", "login"):
            keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
            subprocess.run(keygen, check=True)
        return cls(folder / "host", folder / "login")

    def user_data(self) -> bytes:
        private = "\n    ".join(self.host_key.read_text().splitlines())
        return USER_DATA.format(private=private, public=public_half(self.host_key)).encode()


@dataclass(frozen=True)
class SshMachine:
    """A machine of a test."""

    machines: RemoteMachines
    identity: Identity
    instance_id: str
    address: str

    @classmethod
    def boot(
        cls,
        machines: RemoteMachines,
        identity: Identity,
        *,
        number: int,
        subnet: str = "subnet-0a",
        network: str = "192.168.0",
        volumes: dict[str, str] | None = None,
    ) -> SshMachine:
        machine = cls(machines, identity, f"i-{network.rpartition('.')[2]}{number:016x}", f"{network}.{number}")
        machines.run(
            MachineSpec(
                instance_id=machine.instance_id,
                name=f"ip-{machine.address.replace('.', '-')}",
                subnet_id=subnet,
                address=machine.address,
                mac="02:00:" + ":".join(f"{int(byte):02x}" for byte in machine.address.split(".")),
                user_data=identity.user_data(),
                authorized_keys=[public_half(identity.login_key)],
                instance_type="t3.small",
                volumes=volumes or {},
            )
        )
        return machine

    def ssh(self, script: str, *, user: str = "admin", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a script there, with the host key known beforehand."""
        known_hosts = self.identity.host_key.with_name(f"known-{self.address}")
        known_hosts.write_text(f"{self.address} {public_half(self.identity.host_key)}\n")
        options = {
            "IdentityFile": self.identity.login_key,
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": known_hosts,
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "ConnectTimeout": 1,
        }
        command = ["ssh", "-F", "none", *(f"-o{key}={value}" for key, value in options.items())]
        command = self.machines.region.enter([*command, f"{user}@{self.address}", script])
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert not check or done.returncode == 0, f"exit code {done.returncode} of {script!r}: {done.stderr}"
        return done

    def wait_for_ssh(self) -> None:
        """Wait until it lets its operator in. A wrong host key is a failure at once, not something to wait out."""
        deadline = time.monotonic() + BOOT_TIMEOUT_SECONDS
        while (tried := self.ssh("true", check=False)).returncode != 0:
            assert "REMOTE HOST IDENTIFICATION HAS CHANGED" not in tried.stderr
            assert time.monotonic() < deadline, f"{tried.stderr}\n{self.machines.console(self.instance_id)}"
            time.sleep(0.05)

    def wait_for_cloud_init(self) -> None:
        self.wait_for_ssh()
        self.ssh("cloud-init status --wait")


def public_half(key: Path) -> str:
    """The public half of a key in OpenSSH's form, without its comment."""
    return " ".join(key.with_suffix(".pub").read_text().split()[:2])
