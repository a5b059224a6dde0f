"""What the region holds before it is asked for something that it refuses. Each returns what the act is on."""

from __future__ import annotations

from typing import Any

from tests.ec2.region import PUBLIC_KEY, TestRegion

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.168.0.1/32"}]}


def nothing(region: TestRegion) -> TestRegion:
    return region


def interface_of_a_running_instance(region: TestRegion) -> str:
    interface = region.make_interface()
    region.running(interface)
    return interface


def group_with_a_rule(region: TestRegion) -> str:
    group = region.make_group()
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[SSH])
    return group


def group_named_by_another(region: TestRegion) -> str:
    group, other = region.make_group("members"), region.make_group("others")
    pair = {"UserIdGroupPairs": [{"GroupId": group}], "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}
    region.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[pair])
    return group


def group_of_an_interface(region: TestRegion) -> str:
    group = region.make_group()
    region.make_interface(Groups=[group])
    return group


def default_group(region: TestRegion) -> str:
    filters = [{"Name": "vpc-id", "Values": [region.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    return str(region.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])


def group_of_another_vpc(region: TestRegion) -> tuple[str, list[str]]:
    return region.subnet, [TestRegion(region.ec2, region.machines, region.log).make_group()]


def subnet_of_an_interface(region: TestRegion) -> str:
    region.make_interface()
    return region.subnet


def attached_gateway(region: TestRegion) -> tuple[str, str]:
    gateway = region.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    region.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=region.vpc)
    return gateway, region.vpc


def vpc_with_only_a_gateway(region: TestRegion) -> str:
    attached_gateway(region)
    region.ec2.delete_subnet(SubnetId=region.subnet)
    return region.vpc


def vpc_with_only_a_group(region: TestRegion) -> str:
    region.make_group()
    region.ec2.delete_subnet(SubnetId=region.subnet)
    return region.vpc


def gateway_with_public_addresses(region: TestRegion) -> tuple[str, str]:
    gateway, vpc = attached_gateway(region)
    associated_address(region)
    return gateway, vpc


def associated_address(region: TestRegion) -> str:
    allocation = str(region.ec2.allocate_address(Domain="vpc")["AllocationId"])
    region.ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=region.make_interface())
    return allocation


def associated_route_table(region: TestRegion) -> str:
    table = region.ec2.create_route_table(VpcId=region.vpc)["RouteTable"]["RouteTableId"]
    region.ec2.associate_route_table(RouteTableId=table, SubnetId=region.subnet)
    return str(table)


def volume_elsewhere(region: TestRegion) -> tuple[str, str]:
    return region.running(), region.make_volume(zone="us-east-1b")


def volume_and_terminated_instance(region: TestRegion) -> tuple[str, str]:
    return region.terminated(), region.make_volume()


def volume_and_pending_instance(region: TestRegion) -> tuple[str, str]:
    region.machines.hold("run")
    instance, volume = region.run(), region.make_volume()
    return instance, volume


def volume_modified_four_times(region: TestRegion) -> str:
    volume = region.make_volume()
    for iops in (4000, 4100, 4200, 4300):
        region.ec2.modify_volume(VolumeId=volume, Iops=iops)
    return volume


def second_volume(region: TestRegion) -> tuple[str, str]:
    instance, _ = region.attached()
    return instance, region.make_volume()


def attachment_and_other_instance(region: TestRegion) -> tuple[str, str]:
    _, volume = region.attached()
    return region.running(region.make_interface("192.168.0.101")), volume


def root_volume(region: TestRegion) -> tuple[str, str]:
    instance = region.running()
    return instance, region.instance(instance)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]


def instance_and_volume(region: TestRegion) -> tuple[str, str]:
    return region.running(), region.make_volume()


def protected(region: TestRegion) -> str:
    return region.running(DisableApiTermination=True)


def pending(region: TestRegion) -> str:
    region.machines.hold("run")
    return region.run()


def own_key(region: TestRegion) -> str:
    region.ec2.import_key_pair(KeyName=region.vpc, PublicKeyMaterial=PUBLIC_KEY)
    return region.vpc


def placement_group(region: TestRegion) -> str:
    region.ec2.create_placement_group(GroupName=region.vpc, Strategy="spread")
    return region.vpc


def placement_group_in_use(region: TestRegion) -> str:
    region.running(Placement={"GroupName": placement_group(region)})
    return region.vpc


def interface_and_group(region: TestRegion) -> tuple[list[dict[str, Any]], list[str]]:
    return [{"DeviceIndex": 0, "NetworkInterfaceId": region.make_interface()}], [region.make_group()]


def interfaces_of_a_running_instance(region: TestRegion) -> list[dict[str, Any]]:
    return [{"DeviceIndex": 0, "NetworkInterfaceId": interface_of_a_running_instance(region)}]


def taken_address(region: TestRegion) -> str:
    region.make_interface("192.168.0.100")
    return region.subnet


def attached_volume(region: TestRegion) -> str:
    return region.attached()[1]
