"""The current security groups, put together for the machines after every call: a rule holds once the call returns."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.models.subnets import Subnet

from sandbox.ec2.base_backend import BaseBackend
from sandbox.machines.firewall import Firewall, FirewallGroup, FirewallInterface, FirewallRule

ANYWHERE = "0.0.0.0/0"


class SecurityGroups(BaseBackend):
    """Has the machines enforce the security groups of the API's state."""

    def __init__(self, region_name: str, account_id: str) -> None:
        self._enforced = Firewall()
        super().__init__(region_name, account_id)

    def enforce(self) -> None:
        """Pass the security groups on to the machines, if anything has changed since."""
        firewall = self._firewall()
        if firewall != self._enforced:
            self.machines.filter(firewall)
            self._enforced = firewall

    def _firewall(self) -> Firewall:
        interfaces = list(self.enis.values())
        members: dict[str, list[str]] = {}
        for eni in interfaces:
            for group in eni.group_set:
                members.setdefault(group.id, []).append(f"{eni.private_ip_address}/32")
        groups = {group.id: group for eni in interfaces for group in eni.group_set}
        return Firewall(
            groups=tuple(_group(group, members) for _, group in sorted(groups.items())),
            interfaces=tuple(self._interface(eni) for eni in interfaces),
        )

    def _interface(self, eni: Any) -> FirewallInterface:
        return FirewallInterface(
            address=str(eni.private_ip_address),
            groups=tuple(sorted(group.id for group in eni.group_set)),
            public_address=eni.public_ip if eni.public_ip and self._is_public(eni.subnet) else None,
        )

    def _is_public(self, subnet: Subnet) -> bool:
        """Whether the subnet's route table leads to the internet: an address alone makes nothing reachable."""
        tables = [table for table in self.route_tables.values() if table.vpc_id == subnet.vpc_id]
        own = [table for table in tables if subnet.id in table._associations.values()]
        gateways = {gate.id for gate in self.internet_gateways.values() if gate.vpc and gate.vpc.id == subnet.vpc_id}
        return any(
            route.destination_cidr_block == ANYWHERE and route.gateway and route.gateway.id in gateways
            for table in own or [table for table in tables if table.main_association_id]
            for route in table.routes
        )


def _group(group: SecurityGroup, members: dict[str, list[str]]) -> FirewallGroup:
    return FirewallGroup(
        group_id=group.id,
        ingress=tuple(_rule(rule, members) for rule in group.ingress_rules),
        egress=tuple(_rule(rule, members) for rule in group.egress_rules),
    )


def _rule(rule: SecurityGroupRule, members: dict[str, list[str]]) -> FirewallRule:
    """A rule by IPv6 range or prefix list has no peers here: no machine has such an address."""
    peers = [rule.cidr_ipv4] if rule.cidr_ipv4 else members.get(str(rule.source_group.get("GroupId")), [])
    ports = [-1 if port is None else int(port) for port in (rule.from_port, rule.to_port)]
    return FirewallRule(protocol=str(rule.ip_protocol), ports=(ports[0], ports[1]), peers=tuple(sorted(peers)))


def _description(rule: SecurityGroupRule) -> str | None:
    """moto returns the description of a rule by address range, and loses that of a rule by group."""
    return rule.ip_range.get("Description") or rule.source_group.get("Description")


def install() -> None:
    """Has moto describe the rules of security groups with their descriptions."""
    SecurityGroupRule.description = property(_description)  # type: ignore[assignment,method-assign]
