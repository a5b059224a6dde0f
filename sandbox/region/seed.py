"""The files that make a machine this machine: identity, address, and cloud-init's NoCloud seed with the user data.

cloud-init runs its per-instance modules once for each instance ID in the seed, so a reboot does not repeat them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sandbox.machines.machines import MachineSpec
from sandbox.region.network import Subnet

# Sorts before systemd's own 80-container-host0.network, which would ask for an address by DHCP.
NETWORK_FILE = "etc/systemd/network/10-ec2.network"
SEED = "var/lib/cloud/seed/nocloud"


def write(root: Path, spec: MachineSpec, subnet: Subnet) -> None:
    """Write them into the machine's root filesystem, before its first boot."""
    meta_data = {
        "instance-id": spec.instance_id,
        "local-hostname": spec.name,
        "public-keys": list(spec.authorized_keys),
    }
    _write(root / SEED / "meta-data", json.dumps(meta_data).encode(), mode=0o600)
    _write(root / SEED / "user-data", spec.user_data, mode=0o600)
    _write(root / NETWORK_FILE, _network_file(spec, subnet).encode())
    _write(root / "etc/hostname", f"{spec.name}\n".encode())
    # A machine-id of its own keeps systemd from taking the boot for a first one and enabling every unit's preset.
    _write(
        root / "etc/machine-id",
        f"{hashlib.md5(spec.instance_id.encode(), usedforsecurity=False).hexdigest()}\n".encode(),
    )


def _network_file(spec: MachineSpec, subnet: Subnet) -> str:
    return f"""[Match]
Name=host0

[Link]
MACAddress={spec.mac}

[Network]
Address={spec.address}/{subnet.network.prefixlen}
Gateway={subnet.gateway}
LinkLocalAddressing=no
IPv6AcceptRA=no
LLDP=no
"""


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
