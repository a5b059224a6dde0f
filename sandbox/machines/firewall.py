"""The security groups of a region at one moment, in the form that the machines' network enforces.

Rules that name a group have been resolved to the addresses of its members, as EC2 does it. See
`sandbox.machines`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One permission of a security group."""

    protocol: str
    """`tcp`, `udp`, `icmp`, a protocol's number, or `-1` for all."""
    ports: tuple[int, int] = (-1, -1)
    """First and last port; of ICMP the type and the code, -1 for all. Without meaning for other protocols."""
    peers: tuple[str, ...]
    """CIDR blocks: where ingress may come from, where egress may go to."""


@dataclass(frozen=True, kw_only=True)
class FirewallGroup:
    """A security group that an interface has."""

    group_id: str
    ingress: tuple[FirewallRule, ...] = ()
    egress: tuple[FirewallRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FirewallInterface:
    """A network interface: what any of its groups permits may pass."""

    address: str
    groups: tuple[str, ...]
    public_address: str | None = None
    """The address that the internet reaches it at, where its subnet has a route to an internet gateway."""


@dataclass(frozen=True, kw_only=True)
class Firewall:
    """All that may pass. Connections that were accepted before stay so, as EC2 tracks them too."""

    groups: tuple[FirewallGroup, ...] = ()
    interfaces: tuple[FirewallInterface, ...] = ()
