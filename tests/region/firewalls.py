"""The VPC of the tests, and firewalls for the machines in it."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.machines.firewall import Firewall, FirewallGroup, FirewallInterface, FirewallRule

VPC = ("vpc-0a", "192.168.0.0/16")
OPERATOR = "192.168.0.1/32"
ANYTHING = FirewallRule(protocol="-1", peers=("0.0.0.0/0",))


def open_to_all(*more: str) -> Firewall:
    """For tests of other things: every address of the first subnet takes and sends anything."""
    addresses = [*(f"192.168.0.{number}" for number in range(100, 130)), *more]
    interfaces = [FirewallInterface(address=address, groups=("sg-open",)) for address in addresses]
    return Firewall(
        groups=(FirewallGroup(group_id="sg-open", ingress=(ANYTHING,), egress=(ANYTHING,)),),
        interfaces=tuple(interfaces),
    )


def firewall_for(
    addresses: Iterable[str], *ingress: FirewallRule, egress: tuple[FirewallRule, ...] = (), public: str | None = None
) -> Firewall:
    """Machines of one group; SSH for the operator besides the rules given. `public` is the first one's."""
    rules = (FirewallRule(protocol="tcp", ports=(22, 22), peers=(OPERATOR,)), *ingress)
    interfaces = [
        FirewallInterface(address=address, groups=("sg-0a",), public_address=None if index else public)
        for index, address in enumerate(addresses)
    ]
    return Firewall(
        groups=(FirewallGroup(group_id="sg-0a", ingress=rules, egress=egress),), interfaces=tuple(interfaces)
    )
