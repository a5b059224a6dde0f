"""The list of what the region refuses because EC2 refuses it, each with EC2's own error code.

Tests of replacement and teardown prove nothing against an API that permits what EC2 does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.ec2 import fixtures as given
from tests.ec2.region import LAUNCH, PUBLIC_KEY, UNKNOWN, Act, TestRegion, call, call_on

Row = tuple[str, Callable[[TestRegion], Any], Act, str]
"""What is refused; what the region holds before; the call, given the client and what was arranged; EC2's code."""


def subnet(region: TestRegion) -> str:
    return region.subnet


def subnet_in_e(region: TestRegion) -> str:
    """The zone of us-east-1 with the oldest hardware."""
    return region.make_subnet("192.168.9.0/24", "us-east-1e")


def vpc(region: TestRegion) -> str:
    return region.vpc


def interface_at(address: str) -> Act:
    return call("create_network_interface", "SubnetId", PrivateIpAddress=address)


def subnet_of(cidr: str, zone: str = "us-east-1a") -> Act:
    return call("create_subnet", "VpcId", CidrBlock=cidr, AvailabilityZone=zone)


def launch(**more: Any) -> Act:
    return lambda ec2, subnet_id: ec2.run_instances(**{**LAUNCH, "SubnetId": subnet_id, **more})


def change(**attribute: Any) -> Act:
    return call("modify_instance_attribute", "InstanceId", **attribute)


launch_on = call("run_instances", "NetworkInterfaces", "SecurityGroupIds", **LAUNCH)
attach = call("attach_volume", "InstanceId", "VolumeId", Device="/dev/sdf")
attach_nowhere = call("attach_volume", "InstanceId", "VolumeId", Device="/dev/null")
detach = call("detach_volume", "InstanceId", "VolumeId")
delete_subnet, delete_vpc = call("delete_subnet", "SubnetId"), call("delete_vpc", "VpcId")
delete_interface = call("delete_network_interface", "NetworkInterfaceId")
delete_group = call("delete_security_group", "GroupId")
delete_gateway = call("delete_internet_gateway", "InternetGatewayId")
detach_gateway = call("detach_internet_gateway", "InternetGatewayId", "VpcId")
start, stop = call_on("start_instances", "InstanceIds"), call_on("stop_instances", "InstanceIds")
terminate, reboot = call_on("terminate_instances", "InstanceIds"), call_on("reboot_instances", "InstanceIds")
regroup = call("modify_network_interface_attribute", "NetworkInterfaceId", Groups=[f"sg-{UNKNOWN}"])
release = call("release_address", "AllocationId")
small_root = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 4}}]
foreign_groups = call("create_network_interface", "SubnetId", "Groups")


def interfaces() -> list[Row]:
    return [
        ("launch on one in use", given.interfaces_of_a_running_instance, launch_on, "InvalidNetworkInterface.InUse"),
        ("delete one in use", given.interface_of_a_running_instance, delete_interface, "InvalidParameterValue"),
        ("an address in use", given.taken_address, interface_at("192.168.0.100"), "InvalidIPAddress.InUse"),
        ("an address outside the subnet", subnet, interface_at("192.168.1.9"), "InvalidParameterValue"),
        ("the network's address", subnet, interface_at("192.168.0.0"), "InvalidParameterValue"),
        ("the router's address", subnet, interface_at("192.168.0.1"), "InvalidParameterValue"),
        ("the last reserved address", subnet, interface_at("192.168.0.3"), "InvalidParameterValue"),
        ("the broadcast address", subnet, interface_at("192.168.0.255"), "InvalidParameterValue"),
        ("an address that is none", subnet, interface_at("192.168.0.300"), "InvalidParameterValue"),
        ("move to an unknown group", TestRegion.make_interface, regroup, "InvalidGroup.NotFound"),
        ("release one in use", given.associated_address, release, "InvalidIPAddress.InUse"),
        ("a group of another VPC", given.group_of_another_vpc, foreign_groups, "InvalidParameter"),
        (
            "an unknown group",
            lambda region: (region.subnet, [f"sg-{UNKNOWN}"]),
            foreign_groups,
            "InvalidGroup.NotFound",
        ),
    ]


def networks() -> list[Row]:
    authorize = call("authorize_security_group_ingress", "GroupId", IpPermissions=[given.SSH])
    stranger = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": f"sg-{UNKNOWN}"}]}
    unknown_rule = [f"sgr-{UNKNOWN}"]
    revoke_ingress = call("revoke_security_group_ingress", "GroupId", SecurityGroupRuleIds=unknown_rule)
    revoke_egress = call("revoke_security_group_egress", "GroupId", SecurityGroupRuleIds=unknown_rule)
    authorize_unknown = call("authorize_security_group_ingress", "GroupId", IpPermissions=[stranger])
    return [
        ("delete a subnet in use", given.subnet_of_an_interface, delete_subnet, "DependencyViolation"),
        ("delete a VPC with a subnet", vpc, delete_vpc, "DependencyViolation"),
        ("delete a VPC with a gateway", given.vpc_with_only_a_gateway, delete_vpc, "DependencyViolation"),
        ("delete a VPC with a group", given.vpc_with_only_a_group, delete_vpc, "DependencyViolation"),
        ("delete an attached gateway", given.attached_gateway, delete_gateway, "DependencyViolation"),
        ("detach a gateway in use", given.gateway_with_public_addresses, detach_gateway, "DependencyViolation"),
        (
            "delete an associated route table",
            given.associated_route_table,
            call("delete_route_table", "RouteTableId"),
            "DependencyViolation",
        ),
        ("delete a group in use", given.group_of_an_interface, delete_group, "DependencyViolation"),
        ("delete a group that a rule names", given.group_named_by_another, delete_group, "DependencyViolation"),
        ("delete the default group", given.default_group, delete_group, "CannotDelete"),
        ("a rule that names an unknown group", TestRegion.make_group, authorize_unknown, "InvalidGroup.NotFound"),
        ("revoke an unknown rule in", TestRegion.make_group, revoke_ingress, "InvalidSecurityGroupRuleId.NotFound"),
        ("revoke an unknown rule out", TestRegion.make_group, revoke_egress, "InvalidSecurityGroupRuleId.NotFound"),
        ("a rule twice", given.group_with_a_rule, authorize, "InvalidPermission.Duplicate"),
        ("a subnet outside the VPC", vpc, subnet_of("10.0.0.0/24"), "InvalidSubnet.Range"),
        ("a subnet over another", vpc, subnet_of("192.168.0.128/25"), "InvalidSubnet.Conflict"),
        ("a subnet in no zone", vpc, subnet_of("192.168.9.0/24", "us-east-1z"), "InvalidParameterValue"),
        ("a subnet in a foreign zone", vpc, subnet_of("192.168.9.0/24", "eu-west-1a"), "InvalidParameterValue"),
    ]


def volumes() -> list[Row]:
    no_zone = call("create_volume", Size=1, AvailabilityZone="us-east-1z")
    return [
        ("attach twice", TestRegion.attached, attach, "VolumeInUse"),
        ("attach across zones", given.volume_elsewhere, attach, "InvalidVolume.ZoneMismatch"),
        ("attach to a terminated instance", given.volume_and_terminated_instance, attach, "IncorrectState"),
        ("attach to a pending instance", given.volume_and_pending_instance, attach, "IncorrectState"),
        ("attach at a device in use", given.second_volume, attach, "InvalidParameterValue"),
        ("attach at no device", given.instance_and_volume, attach_nowhere, "InvalidParameterValue"),
        (
            "attach an unknown one",
            lambda region: (region.running(), f"vol-{UNKNOWN}"),
            attach,
            "InvalidVolume.NotFound",
        ),
        ("detach what is not attached", given.instance_and_volume, detach, "IncorrectState"),
        ("detach from another instance", given.attachment_and_other_instance, detach, "InvalidAttachment.NotFound"),
        ("detach the root volume", given.root_volume, detach, "OperationNotPermitted"),
        ("delete an attached one", given.attached_volume, call("delete_volume", "VolumeId"), "VolumeInUse"),
        ("one in no zone", given.nothing, no_zone, "InvalidZone.NotFound"),
        # What the provider sends when only its own `final_snapshot` changes on an io2 volume.
        ("modify nothing", TestRegion.make_volume, call("modify_volume", "VolumeId"), "InvalidParameterValue"),
        (
            "modify for the fifth time in a day",
            given.volume_modified_four_times,
            call("modify_volume", "VolumeId", Iops=5000),
            "VolumeModificationRateExceeded",
        ),
        ("shrink", TestRegion.make_volume, call("modify_volume", "VolumeId", Size=3), "InvalidParameterValue"),
    ]


def instances() -> list[Row]:
    unknown: Callable[[TestRegion], str] = lambda _: f"i-{UNKNOWN}"  # noqa: E731
    return [
        ("terminate a protected one", given.protected, terminate, "OperationNotPermitted"),
        ("terminate an unknown one", unknown, terminate, "InvalidInstanceID.NotFound"),
        ("stop an unknown one", unknown, stop, "InvalidInstanceID.NotFound"),
        ("stop what is no ID", lambda _: "etcd-1", stop, "InvalidInstanceID.Malformed"),
        ("stop a pending one", given.pending, stop, "IncorrectInstanceState"),
        ("start a terminated one", TestRegion.terminated, start, "IncorrectInstanceState"),
        ("reboot a stopped one", TestRegion.stopped, reboot, "IncorrectInstanceState"),
        ("user data while running", TestRegion.running, change(UserData={"Value": b"{}"}), "IncorrectInstanceState"),
        (
            "type while running",
            TestRegion.running,
            change(InstanceType={"Value": "t3.large"}),
            "IncorrectInstanceState",
        ),
        ("a type that is none", TestRegion.stopped, change(InstanceType={"Value": "t3.x"}), "InvalidParameterValue"),
    ]


def launches() -> list[Row]:
    elsewhere = {"AvailabilityZone": "us-east-1b"}
    import_key = call("import_key_pair", "KeyName", PublicKeyMaterial=PUBLIC_KEY)
    create_group = call("create_placement_group", "GroupName", Strategy="spread")
    delete_placement = call("delete_placement_group", "GroupName")
    return [
        ("an unknown type", subnet, launch(InstanceType="t3.x"), "InvalidParameterValue"),
        (
            "facts of an unknown type",
            lambda _: "t3.x",
            call_on("describe_instance_types", "InstanceTypes"),
            "InvalidInstanceType",
        ),
        ("a type that the zone does not offer", subnet_in_e, launch(InstanceType="m7i.large"), "Unsupported"),
        ("a type of another architecture", subnet, launch(InstanceType="t4g.small"), "InvalidParameterValue"),
        ("an unknown image", subnet, launch(ImageId=f"ami-{UNKNOWN}"), "InvalidAMIID.NotFound"),
        ("an unknown key", subnet, launch(KeyName="nobody"), "InvalidKeyPair.NotFound"),
        ("an unknown subnet", lambda _: f"subnet-{UNKNOWN}", launch(), "InvalidSubnetID.NotFound"),
        ("no subnet", lambda _: "", launch(), "VPCIdNotSpecified"),
        ("a zone that is not the subnet's", subnet, launch(Placement=elsewhere), "InvalidParameterValue"),
        ("too small a root volume", subnet, launch(BlockDeviceMappings=small_root), "InvalidBlockDeviceMapping"),
        ("groups beside an interface", given.interface_and_group, launch_on, "InvalidParameterCombination"),
        ("an unknown profile", subnet, launch(IamInstanceProfile={"Name": "nobody"}), "InvalidParameterValue"),
        ("no placement group", subnet, launch(Placement={"GroupName": "nobody"}), "InvalidPlacementGroup.Unknown"),
        ("a key of a taken name", given.own_key, import_key, "InvalidKeyPair.Duplicate"),
        ("a group of a taken name", given.placement_group, create_group, "InvalidPlacementGroup.Duplicate"),
        ("delete a group in use", given.placement_group_in_use, delete_placement, "InvalidPlacementGroup.InUse"),
    ]


TABLES = (interfaces, networks, volumes, instances, launches)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{table.__name__}: {row[0]}") for table in TABLES for row in table()]
)
def test_refused_with_ec2s_own_code(region: TestRegion, row: Row) -> None:
    _, arrange, act, code = row
    arranged = arrange(region)
    with pytest.raises(ClientError) as answer:
        act(region.ec2, arranged)
    for gate in region.machines.gates.values():
        gate.set()
    assert answer.value.response["Error"]["Code"] == code
