"""Security group rules as nftables rules: what a wrong line would let through or shut out."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from sandbox.machines.firewall import Firewall, FirewallGroup, FirewallInterface, FirewallRule
from sandbox.region.nftables import Layout, render

pytestmark = pytest.mark.unit

RULES = {
    "a port": (
        FirewallRule(protocol="tcp", ports=(22, 22), peers=("10.0.0.1/32",)),
        "{ 10.0.0.1/32 } tcp dport 22-22 accept",
    ),
    "ports": (
        FirewallRule(protocol="udp", ports=(1, 99), peers=("10.0.0.0/8",)),
        "{ 10.0.0.0/8 } udp dport 1-99 accept",
    ),
    "all ports": (FirewallRule(protocol="tcp", peers=("10.0.0.0/8",)), "{ 10.0.0.0/8 } meta l4proto tcp accept"),
    "everything": (FirewallRule(protocol="-1", peers=("0.0.0.0/0",)), "{ 0.0.0.0/0 } accept"),
    "a kind of ICMP": (
        FirewallRule(protocol="icmp", ports=(8, -1), peers=("10.0.0.0/8",)),
        "{ 10.0.0.0/8 } icmp type 8 accept",
    ),
    "an ICMP code": (
        FirewallRule(protocol="icmp", ports=(3, 4), peers=("10.0.0.0/8",)),
        "{ 10.0.0.0/8 } icmp type 3 icmp code 4 accept",
    ),
    "all ICMP": (FirewallRule(protocol="icmp", peers=("10.0.0.0/8",)), "{ 10.0.0.0/8 } meta l4proto icmp accept"),
    "another protocol": (FirewallRule(protocol="50", peers=("10.0.0.0/8",)), "{ 10.0.0.0/8 } meta l4proto 50 accept"),
    "peers that overlap": (FirewallRule(protocol="-1", peers=("10.0.0.7/32", "10.0.0.0/8")), "{ 10.0.0.0/8 } accept"),
}


def chain(ruleset: str, name: str) -> list[str]:
    body = ruleset.split(f"  chain {name} {{\n")[1].split("  }\n", maxsplit=1)[0]
    return [line.strip() for line in body.splitlines()]


@pytest.mark.parametrize(("rule", "line"), RULES.values(), ids=RULES)
def test_a_rule_is_one_line_in_each_direction(rule: FirewallRule, line: str) -> None:
    ruleset = render(Firewall(groups=(FirewallGroup(group_id="sg-1", ingress=(rule,), egress=(rule,)),)), Layout())
    assert chain(ruleset, "sg-1-in") == [f"ip saddr {line}"]
    assert chain(ruleset, "sg-1-out") == [f"ip daddr {line}"]


def test_a_rule_for_a_group_without_members_lets_nobody_in() -> None:
    rule = FirewallRule(protocol="tcp", ports=(22, 22), peers=())
    ruleset = render(Firewall(groups=(FirewallGroup(group_id="sg-1", ingress=(rule,)),)), Layout())
    assert chain(ruleset, "sg-1-in") == []


def test_an_interface_has_what_any_of_its_groups_permits() -> None:
    ruleset = render(Firewall(interfaces=(FirewallInterface(address="10.0.0.9", groups=("sg-1", "sg-2")),)), Layout())
    assert chain(ruleset, "in-10.0.0.9") == ["jump sg-1-in", "jump sg-2-in"]
    assert "10.0.0.9 : jump out-10.0.0.9" in ruleset


def test_nothing_passes_without_a_rule() -> None:
    ruleset = render(Firewall(), Layout())
    assert ruleset.count("policy drop") == 4
    assert "policy accept" not in ruleset.replace("type nat hook output priority -100; policy accept", "")


def test_a_zone_without_network_is_dropped_before_connections_that_are_established() -> None:
    ruleset = render(Firewall(), Layout(isolated=[IPv4Network("10.0.1.0/24")]))
    assert "elements = { 10.0.1.0/24 }" in ruleset
    forward = chain(ruleset, "forward-egress")
    assert forward.index("ip saddr @isolated drop") < forward.index("ct state established,related accept")
    assert forward.index("ip daddr @isolated drop") < forward.index("ct state established,related accept")


def test_a_vpc_s_bridges_lead_to_each_other_only() -> None:
    ruleset = render(Firewall(), Layout(vpcs=[["br-b", "br-a"], ["br-c"]]))
    assert 'iifname { "br-a", "br-b" } oifname != { "br-a", "br-b" } drop' in ruleset
    assert 'iifname { "br-c" } oifname != { "br-c" } drop' in ruleset
