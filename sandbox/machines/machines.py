"""What the EC2 API needs from the machines behind it, and their volumes and subnets.

Nothing here judges a request: the API refuses what EC2 refuses before it calls. Identifiers are EC2's own (`i-…`,
`vol-…`, `subnet-…`). Every method may be called from any thread and raises `MachineError` when the host cannot do it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from sandbox.machines.firewall import Firewall

MachineState = Literal["running", "stopped", "absent"]


class MachineError(RuntimeError):
    """The host could not do what was asked; the message says what, where, and what to do."""


@dataclass(frozen=True, kw_only=True)
class MachineSpec:
    """One machine as RunInstances describes it."""

    instance_id: str
    name: str
    """The host name EC2 would give: `ip-192-168-0-100`."""
    subnet_id: str
    address: str
    """The fixed private IPv4 address, inside the subnet's CIDR."""
    mac: str
    user_data: bytes
    """As cloud-init gets it: decoded from the API's base64, possibly empty."""
    authorized_keys: Sequence[str]
    """OpenSSH public keys of the instance's key pair, for the login `admin`."""
    instance_type: str
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Data volumes attached before the first boot: device name (`/dev/sdf`) to volume ID."""


class Machines(Protocol):
    """All machines, volumes and subnets of one region."""

    def run(self, spec: MachineSpec) -> None:
        """Make a machine and boot it. Returns once it is started, before SSH answers."""

    def stop(self, instance_id: str) -> None:
        """Shut down in order, by force after a bounded wait. Returns once it is off; its root filesystem stays."""

    def start(self, instance_id: str) -> None:
        """Boot a stopped machine again, with its volumes attached."""

    def reboot(self, instance_id: str) -> None:
        """Shut down in order and boot again."""

    def terminate(self, instance_id: str) -> None:
        """Shut down in order and delete the root filesystem. Attached volumes are detached and stay.

        Does nothing where there is no such machine, so that it can clean up after a `run` that failed.
        """

    def state(self, instance_id: str) -> MachineState:
        """The truth, also of a machine that died: "stopped" when it is off, "absent" when there is none."""

    def attach(self, instance_id: str, volume_id: str, device: str) -> None:
        """Give the machine the volume, now when it runs, and at every boot from here on."""

    def detach(self, instance_id: str, volume_id: str) -> None:
        """Take the volume away. Refused with `MachineError` while the machine has it mounted."""

    def mounted(self, instance_id: str, volume_id: str) -> bool:
        """Whether a filesystem of the volume is mounted in the running machine."""

    def create_volume(self, volume_id: str, size_gib: int) -> None:
        """Make an empty disk; it takes room on the host only as it fills."""

    def grow_volume(self, volume_id: str, size_gib: int) -> None:
        """Make a disk larger in place, also under a machine that has it mounted."""

    def delete_volume(self, volume_id: str) -> None:
        """Delete a disk that no machine has."""

    def create_subnet(self, subnet_id: str, cidr: str, zone: str, vpc_id: str, vpc_cidr: str) -> None:
        """Make the subnet's network, with its gateway on the first host address of `cidr`.

        It reaches the other subnets of its VPC and no other.
        """

    def delete_subnet(self, subnet_id: str) -> None:
        """Delete the network of a subnet that no machine is in."""

    def filter(self, firewall: Firewall) -> None:
        """Let pass what `firewall` permits and nothing else, from now on and all at once."""

    def isolate_zone(self, zone: str) -> None:
        """Take the network away from every machine of the zone, at once. They run on."""

    def restore_zone(self, zone: str) -> None:
        """Give the zone's machines their network back."""

    def console(self, instance_id: str) -> str:
        """What the machine has written to its console since its first boot."""


class Serve(Protocol):
    """What the region's inner process runs: answers an API on top of the machines, until the process ends."""

    def __call__(self, machines: Machines, *, log: Path) -> None: ...
