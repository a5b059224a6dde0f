"""The security groups as an nftables ruleset: one chain per group and direction, one per interface.

`nft list ruleset` inside the region shows them under EC2's own names. Everything is dropped without a word unless a
rule lets it through, as EC2 does it; what belongs to a connection that was let through passes both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, collapse_addresses

from sandbox.machines.firewall import Firewall, FirewallGroup, FirewallInterface, FirewallRule

INTERNET = "198.51.100.0/24"
"""The internet around a region (RFC 5737, TEST-NET-2): all of it is the region's own network namespace."""

# A packet from machine to machine passes the egress chain and then the ingress chain of the forward hook; one between
# a machine and the region's own programs passes one of them. Programs answer each other without a filter.
# On the output hook the filter goes by address, not interface: there, a packet for a public address still bears the
# interface it would have left by before its translation.
TEMPLATE = """\
table ip region
delete table ip region
table ip region {{
{sets}
  chain forward-egress {{
    type filter hook forward priority filter - 1; policy drop;
    ip saddr @isolated drop
    ip daddr @isolated drop
    ct state established,related accept
{vpcs}
    ip saddr vmap @egress
  }}
  chain forward-ingress {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ip daddr vmap @ingress
  }}
  chain input {{
    type filter hook input priority filter; policy drop;
    ip saddr @isolated drop
    iifname "lo" accept
    ct state established,related accept
    ip saddr vmap @egress
  }}
  chain output {{
    type filter hook output priority filter; policy drop;
    ip daddr @isolated drop
    fib daddr type local accept
    ct state established,related accept
    icmp type destination-unreachable accept
    ip saddr {internet} ct status ! dnat drop
    ip daddr vmap @ingress
  }}
  chain public {{
    type nat hook output priority -100; policy accept;
    dnat to ip daddr map @public
  }}
{chains}
}}
"""

# Machines of one subnet talk through the router too, so that what they say passes the filter above.
BRIDGE_RULES = """\
table bridge region {
  chain forward {
    type filter hook forward priority filter; policy drop;
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The network that the filter is for."""

    vpcs: Sequence[Sequence[str]] = ()
    """The bridges of each VPC."""
    isolated: Sequence[IPv4Network] = ()
    """The subnets of zones without network."""


def render(firewall: Firewall, layout: Layout) -> str:
    """The whole ruleset; nft applies it in one step."""
    interfaces = {interface.address: interface for interface in firewall.interfaces}
    public = {each.public_address: each.address for each in interfaces.values() if each.public_address}
    sets = [
        _set("set isolated { type ipv4_addr; flags interval;", [str(network) for network in layout.isolated]),
        _map("egress", "verdict", {address: f"jump out-{address}" for address in interfaces}),
        _map("ingress", "verdict", {address: f"jump in-{address}" for address in interfaces}),
        _map("public", "ipv4_addr", public),
    ]
    chains = [chain for group in firewall.groups for chain in _group_chains(group)]
    chains += [chain for interface in interfaces.values() for chain in _interface_chains(interface)]
    vpcs = []
    for bridges in layout.vpcs:
        names = ", ".join(f'"{bridge}"' for bridge in sorted(bridges))
        vpcs.append(f"    iifname {{ {names} }} oifname != {{ {names} }} drop")
    return TEMPLATE.format(sets="\n".join(sets), vpcs="\n".join(vpcs), chains="\n".join(chains), internet=INTERNET)


def _map(name: str, value: str, elements: Mapping[str, str]) -> str:
    return _set(f"map {name} {{ type ipv4_addr : {value};", [f"{key} : {to}" for key, to in sorted(elements.items())])


def _set(head: str, elements: Sequence[str]) -> str:
    # nft takes no empty list of elements.
    return f"  {head} elements = {{ {', '.join(elements)} }}; }}" if elements else f"  {head} }}"


def _group_chains(group: FirewallGroup) -> list[str]:
    return [
        _chain(f"{group.group_id}-in", [line for rule in group.ingress for line in _lines("saddr", rule)]),
        _chain(f"{group.group_id}-out", [line for rule in group.egress for line in _lines("daddr", rule)]),
    ]


def _interface_chains(interface: FirewallInterface) -> list[str]:
    return [
        _chain(f"{direction}-{interface.address}", [f"jump {group}-{direction}" for group in interface.groups])
        for direction in ("in", "out")
    ]


def _chain(name: str, lines: Iterable[str]) -> str:
    return "\n".join([f"  chain {name} {{", *(f"    {line}" for line in lines), "  }"])


def _lines(side: str, rule: FirewallRule) -> list[str]:
    if not rule.peers:
        return []
    # nft refuses ranges that overlap.
    networks = collapse_addresses(IPv4Network(peer, strict=False) for peer in rule.peers)
    peers = ", ".join(str(network) for network in networks)
    return [" ".join([f"ip {side} {{ {peers} }}", *_protocol(rule), "accept"])]


def _protocol(rule: FirewallRule) -> list[str]:
    first, last = rule.ports
    if rule.protocol == "-1":
        return []
    if rule.protocol in {"tcp", "udp"} and first >= 0:
        return [f"{rule.protocol} dport {first}-{last}"]
    if rule.protocol == "icmp" and first >= 0:
        return [f"icmp type {first}", *([f"icmp code {last}"] if last >= 0 else [])]
    return [f"meta l4proto {rule.protocol}"]
