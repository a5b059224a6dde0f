"""The machines enforce the security groups of the API by the time that a call returns."""

from __future__ import annotations

from werkzeug.test import Client

from sandbox.ec2.control_api import ControlApi
from sandbox.machines.firewall import FirewallInterface, FirewallRule
from tests.ec2.fixtures import SSH, attached_gateway
from tests.ec2.recorder import RecordingMachines
from tests.ec2.region import TestRegion

MEMBERS = ("192.168.0.100", "192.168.0.101")


def members(region: TestRegion) -> tuple[str, list[str]]:
    group = region.make_group()
    return group, [region.make_interface(address, Groups=[group]) for address in MEMBERS]


def ingress(region: TestRegion, group_id: str) -> tuple[FirewallRule, ...]:
    return next(group.ingress for group in region.machines.firewall.groups if group.group_id == group_id)


def interface(region: TestRegion, address: str) -> FirewallInterface:
    # Other tests' VPCs have the same addresses; this one's interfaces are the last.
    return [each for each in region.machines.firewall.interfaces if each.address == address][-1]


def test_a_rule_holds_when_the_call_returns_and_no_longer_than_it_is_there(region: TestRegion) -> None:
    group, _ = members(region)
    assert ingress(region, group) == ()
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[SSH])
    assert ingress(region, group) == (FirewallRule(protocol="tcp", ports=(22, 22), peers=("192.168.0.1/32",)),)
    region.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[SSH])
    assert ingress(region, group) == ()


def test_a_rule_by_group_follows_the_group_s_members(region: TestRegion) -> None:
    group, interfaces = members(region)
    pair = {"IpProtocol": "tcp", "FromPort": 2379, "ToPort": 2380, "UserIdGroupPairs": [{"GroupId": group}]}
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[pair])
    (rule,) = ingress(region, group)
    assert (rule.ports, rule.peers) == ((2379, 2380), ("192.168.0.100/32", "192.168.0.101/32"))
    region.ec2.delete_network_interface(NetworkInterfaceId=interfaces[1])
    assert ingress(region, group)[0].peers == ("192.168.0.100/32",)


def test_an_interface_s_groups_change_in_place(region: TestRegion) -> None:
    group, (first, _) = members(region)
    other = region.make_group("others")
    assert interface(region, MEMBERS[0]).groups == (group,)
    region.ec2.modify_network_interface_attribute(NetworkInterfaceId=first, Groups=[other])
    assert interface(region, MEMBERS[0]).groups == (other,)
    assert interface(region, MEMBERS[1]).groups == (group,)


def test_egress_is_open_only_until_its_rule_is_revoked(region: TestRegion) -> None:
    group, _ = members(region)
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    (told,) = [each for each in region.machines.firewall.groups if each.group_id == group]
    assert told.egress == (FirewallRule(protocol="-1", peers=("0.0.0.0/0",)),)
    region.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    (told,) = [each for each in region.machines.firewall.groups if each.group_id == group]
    assert told.egress == ()


def test_a_public_address_needs_a_route_to_the_internet(region: TestRegion) -> None:
    gateway, _ = attached_gateway(region)
    allocation = region.ec2.allocate_address(Domain="vpc")
    bastion = region.make_interface("192.168.0.10")
    region.ec2.associate_address(AllocationId=allocation["AllocationId"], NetworkInterfaceId=bastion)
    assert interface(region, "192.168.0.10").public_address is None
    table = region.ec2.create_route_table(VpcId=region.vpc)["RouteTable"]["RouteTableId"]
    region.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert interface(region, "192.168.0.10").public_address is None
    region.ec2.associate_route_table(RouteTableId=table, SubnetId=region.subnet)
    assert interface(region, "192.168.0.10").public_address == allocation["PublicIp"]


def test_a_zone_is_isolated_and_restored() -> None:
    machines = RecordingMachines()
    client = Client(ControlApi(lambda _environ, _start: [], machines, list))
    for wanted in ("down", "up"):
        assert client.put("/_sandbox/zones/us-east-1a", data=wanted).status_code == 200
    assert machines.calls == [("isolate_zone", "us-east-1a"), ("restore_zone", "us-east-1a")]
    assert client.put("/_sandbox/zones/us-east-1a", data="sideways").status_code == 400
    machines.failing.add("isolate_zone")
    assert client.put("/_sandbox/zones/us-east-1a", data="down").status_code == 404
