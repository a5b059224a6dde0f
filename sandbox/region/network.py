"""The region's subnets: a Linux bridge each, with the gateway's address on it, in the region's network namespace.

The namespace routes between its bridges, as a VPC does between its subnets. It has no way out: no default route and no
interface but the bridges and the loopback.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from sandbox.cloud.machines import MachineError
from sandbox.region.commands import run


@dataclass(frozen=True)
class Subnet:
    """A subnet as EC2 knows it, and the bridge that it is here."""

    subnet_id: str
    network: IPv4Network
    zone: str

    @property
    def gateway(self) -> IPv4Address:
        """The first host address, as in a VPC."""
        return self.network.network_address + 1

    @property
    def bridge(self) -> str:
        """Interface names have at most 15 characters, so the subnet's ID does not fit."""
        return f"br-{hashlib.sha256(self.subnet_id.encode()).hexdigest()[:10]}"

    @property
    def gateway_mac(self) -> str:
        """Fixed, since a bridge without one changes it with its ports, and machines remember the old one."""
        return "02:fe:" + ":".join(f"{byte:02x}" for byte in self.gateway.packed)


class Network:
    """The subnets of one region. Runs inside its network namespace."""

    def __init__(self) -> None:
        self._subnets: dict[str, Subnet] = {}
        self._lock = threading.Lock()
        run("ip", "link", "set", "lo", "up")
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        for group in ("all", "default"):
            ipv6_off = Path(f"/proc/sys/net/ipv6/conf/{group}/disable_ipv6")
            if ipv6_off.exists():
                ipv6_off.write_text("1")

    def create(self, subnet_id: str, cidr: str, zone: str) -> None:
        """Make the subnet's bridge."""
        subnet = Subnet(subnet_id, IPv4Network(cidr), zone)
        with self._lock:
            run("ip", "link", "add", subnet.bridge, "address", subnet.gateway_mac, "type", "bridge")
            run("ip", "address", "add", f"{subnet.gateway}/{subnet.network.prefixlen}", "dev", subnet.bridge)
            run("ip", "link", "set", subnet.bridge, "up")
            self._subnets[subnet_id] = subnet

    def delete(self, subnet_id: str) -> None:
        """Delete the subnet's bridge."""
        with self._lock:
            run("ip", "link", "delete", self.get(subnet_id).bridge)
            del self._subnets[subnet_id]

    def get(self, subnet_id: str) -> Subnet:
        """The subnet of this ID.

        Raises:
            MachineError: there is none.
        """
        try:
            return self._subnets[subnet_id]
        except KeyError:
            raise MachineError(f"no subnet {subnet_id} in this region") from None

    def forget_neighbour(self, address: str, subnet_id: str) -> None:
        """Drop the hardware address remembered for this address, which a new machine may have with another one."""
        run("ip", "neigh", "flush", "to", address, "dev", self.get(subnet_id).bridge)
