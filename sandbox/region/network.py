"""The region's subnets: a Linux bridge each, with the gateway's address on it, in the region's network namespace.

The namespace routes between the bridges of a VPC and filters what passes; machines of one subnet reach each other
through it too, since it answers ARP for all of them, as a VPC does. It has no way out: no default route and no
interface but the bridges and the loopback.

Programs that run in the namespace are, to the machines, one host with two addresses: for private addresses it is the
first host address of the VPC (192.168.0.1), like an operator who comes over a VPN; for public ones it is
198.51.100.1, like one who comes over the internet.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from sandbox.machines.firewall import Firewall
from sandbox.machines.machines import MachineError
from sandbox.region import nftables
from sandbox.region.host_commands import run

OPERATOR_ON_INTERNET = IPv4Network(nftables.INTERNET).network_address + 1

SETTINGS = {
    "net/ipv4/ip_forward": "1",
    # Bridges inherit these. The router answers ARP for the subnet's machines, at once, and sends nobody past itself.
    "net/ipv4/conf/default/proxy_arp_pvlan": "1",
    "net/ipv4/neigh/default/proxy_delay": "0",
    "net/ipv4/conf/all/send_redirects": "0",
    "net/ipv4/conf/default/send_redirects": "0",
    "net/ipv4/conf/default/arp_announce": "2",
    "net/ipv6/conf/all/disable_ipv6": "1",
    "net/ipv6/conf/default/disable_ipv6": "1",
    # Where br_netfilter is loaded: packets pass the filter when they are routed, not before.
    "net/bridge/bridge-nf-call-iptables": "0",
}


@dataclass(frozen=True)
class Subnet:
    """A subnet of EC2, and its bridge."""

    subnet_id: str
    network: IPv4Network
    zone: str
    vpc_id: str
    vpc_network: IPv4Network

    @property
    def gateway(self) -> IPv4Address:
        """The first host address, as in a VPC."""
        return self.network.network_address + 1

    @property
    def operator(self) -> IPv4Address:
        """Where programs of the region's namespace come from, whichever subnet of the VPC they go to."""
        return self.vpc_network.network_address + 1

    @property
    def bridge(self) -> str:
        """Interface names have at most 15 characters, so the subnet's ID does not fit."""
        return f"br-{hashlib.sha256(self.subnet_id.encode()).hexdigest()[:10]}"

    @property
    def gateway_mac(self) -> str:
        """Fixed, since a bridge without one changes it with its ports, and machines remember the old one."""
        return "02:fe:" + ":".join(f"{byte:02x}" for byte in self.gateway.packed)


class Network:
    """The subnets of one region and the filter between them. Runs inside its network namespace."""

    def __init__(self) -> None:
        self._subnets: dict[str, Subnet] = {}
        self._isolated_zones: set[str] = set()
        self._firewall = Firewall()
        self._public: set[str] = set()
        self._lock = threading.RLock()
        for name, value in SETTINGS.items():
            path = Path("/proc/sys", name)
            if path.exists():
                path.write_text(value)
        run("ip", "link", "set", "lo", "up")
        run("ip", "address", "add", f"{OPERATOR_ON_INTERNET}/{IPv4Network(nftables.INTERNET).prefixlen}", "dev", "lo")
        run("nft", "--file", "-", text=nftables.BRIDGE_RULES)
        self._apply()

    def create(self, subnet: Subnet) -> None:
        """Make the subnet's bridge."""
        bridge, address = subnet.bridge, f"{subnet.gateway}/{subnet.network.prefixlen}"
        with self._lock:
            run("ip", "link", "add", bridge, "address", subnet.gateway_mac, "type", "bridge")
            run("ip", "address", "add", address, "dev", bridge, "noprefixroute")
            run("ip", "link", "set", bridge, "up")
            run("ip", "address", "replace", f"{subnet.operator}/32", "dev", "lo")
            # Append: a VPC that replaces another may have the same addresses for a while.
            run("ip", "route", "append", str(subnet.network), "dev", bridge, "src", str(subnet.operator))
            self._subnets[subnet.subnet_id] = subnet
            self._apply()

    def delete(self, subnet_id: str) -> None:
        """Delete the subnet's bridge."""
        with self._lock:
            subnet = self.get(subnet_id)
            run("ip", "link", "delete", subnet.bridge)
            del self._subnets[subnet_id]
            if subnet.operator not in {other.operator for other in self._subnets.values()}:
                run("ip", "address", "delete", f"{subnet.operator}/32", "dev", "lo")
            self._apply()

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

    def filter(self, firewall: Firewall) -> None:
        """Let pass what the security groups permit now, and reach public addresses where they are now."""
        with self._lock:
            self._firewall = firewall
            self._apply()
            public = {each.public_address for each in firewall.interfaces if each.public_address}
            for address in self._public - public:
                run("ip", "route", "delete", address, "dev", "lo")
            for address in public - self._public:
                run("ip", "route", "add", address, "dev", "lo", "src", str(OPERATOR_ON_INTERNET))
            self._public = public

    def isolate(self, zone: str) -> None:
        """Drop whatever the zone's machines send and are sent, also in connections that were accepted before."""
        with self._lock:
            if zone not in {subnet.zone for subnet in self._subnets.values()}:
                there = ", ".join(sorted({subnet.zone for subnet in self._subnets.values()})) or "none"
                raise MachineError(f"no subnet lies in zone {zone}; zones with subnets: {there}")
            self._isolated_zones.add(zone)
            self._apply()

    def restore(self, zone: str) -> None:
        """End what `isolate` began."""
        with self._lock:
            self._isolated_zones.discard(zone)
            self._apply()

    def _apply(self) -> None:
        vpcs: dict[str, list[str]] = {}
        for subnet in self._subnets.values():
            vpcs.setdefault(subnet.vpc_id, []).append(subnet.bridge)
        isolated = [subnet.network for subnet in self._subnets.values() if subnet.zone in self._isolated_zones]
        layout = nftables.Layout(vpcs=list(vpcs.values()), isolated=isolated)
        run("nft", "--file", "-", text=nftables.render(self._firewall, layout))
