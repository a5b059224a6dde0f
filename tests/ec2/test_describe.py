"""What the EC2 API has besides instances: images, networks, placement groups, other services, the request log."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.ec2.region import USER_DATA, TestRegion

DEBIAN = "136693071363"


@pytest.mark.parametrize(("architecture", "name"), [("x86_64", "debian-12-amd64-*"), ("arm64", "debian-12-arm64-*")])
def test_debian_is_found_as_its_documentation_says(clients: dict[str, Any], architecture: str, name: str) -> None:
    filters = [
        {"Name": "name", "Values": [name]},
        {"Name": "architecture", "Values": [architecture]},
        {"Name": "virtualization-type", "Values": ["hvm"]},
        {"Name": "root-device-type", "Values": ["ebs"]},
        {"Name": "state", "Values": ["available"]},
    ]
    images = clients["ec2"].describe_images(Owners=[DEBIAN], Filters=filters)["Images"]
    newest = max(images, key=lambda image: str(image["CreationDate"]))
    assert newest["RootDeviceName"] == "/dev/xvda"
    assert newest["OwnerId"] == DEBIAN
    assert newest["Architecture"] == architecture
    assert newest["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] == 8
    assert newest["Name"].startswith(name[:-1])


def test_a_newer_image_is_found_once_it_is_published(region: TestRegion, endpoint: tuple[str, Path]) -> None:
    def newest() -> str:
        filters = [{"Name": "name", "Values": ["debian-12-amd64-*"]}]
        images = region.ec2.describe_images(Owners=[DEBIAN], Filters=filters)["Images"]
        return str(max(images, key=lambda image: str(image["CreationDate"]))["Name"])

    before = newest()
    connection = http.client.HTTPConnection(urlsplit(endpoint[0]).netloc)
    connection.request("PUT", "/_sandbox/images")
    published = connection.getresponse().read().decode()
    assert newest() in published.splitlines()
    assert newest() > before


def test_no_address_is_drawn_from_somebodys_network(region: TestRegion) -> None:
    address = region.ec2.allocate_address(Domain="vpc")
    assert address["PublicIp"].startswith("203.0.113.")
    region.ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=region.make_interface())
    assert region.ec2.allocate_address(Domain="vpc")["PublicIp"] != address["PublicIp"]


def test_an_interface_without_a_wish_gets_the_first_free_address(region: TestRegion) -> None:
    region.make_interface("192.168.0.4")
    facts = region.ec2.create_network_interface(SubnetId=region.subnet)["NetworkInterface"]
    assert facts["PrivateIpAddress"] == "192.168.0.5"


def test_subnets_are_networks_of_the_machines(region: TestRegion) -> None:
    assert region.machines.calls == [("create_subnet", region.subnet, "192.168.0.0/24", "us-east-1a")]
    region.ec2.delete_subnet(SubnetId=region.subnet)
    assert region.machines.subnets == {}


def test_a_subnet_that_the_host_cannot_make_is_not_there(region: TestRegion) -> None:
    region.machines.failing.add("create_subnet")
    with pytest.raises(region.ec2.exceptions.ClientError, match="create_subnet was told to fail"):
        region.make_subnet("192.168.1.0/24")
    filters = [{"Name": "vpc-id", "Values": [region.vpc]}]
    assert len(region.ec2.describe_subnets(Filters=filters)["Subnets"]) == 1


def test_a_vpc_goes_with_all_that_came_with_it(region: TestRegion) -> None:
    region.ec2.delete_subnet(SubnetId=region.subnet)
    region.ec2.delete_vpc(VpcId=region.vpc)
    filters = [{"Name": "vpc-id", "Values": [region.vpc]}]
    assert region.ec2.describe_security_groups(Filters=filters)["SecurityGroups"] == []
    assert region.ec2.describe_route_tables(Filters=filters)["RouteTables"] == []
    assert region.ec2.describe_network_acls(Filters=filters)["NetworkAcls"] == []


def test_a_nat_gateway_gives_back_its_address_and_its_subnet(region: TestRegion) -> None:
    allocation = region.ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = region.ec2.create_nat_gateway(SubnetId=region.subnet, AllocationId=allocation)["NatGateway"]
    assert gateway["NatGatewayAddresses"][0]["PrivateIp"].startswith("192.168.0.")
    region.ec2.delete_nat_gateway(NatGatewayId=gateway["NatGatewayId"])
    region.ec2.release_address(AllocationId=allocation)
    region.ec2.delete_subnet(SubnetId=region.subnet)


def test_tags_go_with_what_they_were_on(region: TestRegion) -> None:
    volume = region.make_volume()
    region.ec2.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": "etcd-1"}])
    filters = [{"Name": "resource-id", "Values": [volume]}]
    assert len(region.ec2.describe_tags(Filters=filters)["Tags"]) == 1
    region.ec2.delete_volume(VolumeId=volume)
    assert region.ec2.describe_tags(Filters=filters)["Tags"] == []


def test_a_placement_group_lives(region: TestRegion) -> None:
    tags = [{"ResourceType": "placement-group", "Tags": [{"Key": "cluster", "Value": "one"}]}]
    region.ec2.create_placement_group(GroupName=region.vpc, Strategy="spread", TagSpecifications=tags)
    (group,) = region.ec2.describe_placement_groups(GroupNames=[region.vpc])["PlacementGroups"]
    assert (group["Strategy"], group["State"], group["SpreadLevel"]) == ("spread", "available", "rack")
    assert group["Tags"] == [{"Key": "cluster", "Value": "one"}]
    region.ec2.create_tags(Resources=[group["GroupId"]], Tags=[{"Key": "cluster", "Value": "two"}])
    (group,) = region.ec2.describe_placement_groups(GroupNames=[region.vpc])["PlacementGroups"]
    assert group["Tags"] == [{"Key": "cluster", "Value": "two"}]
    instance = region.running(Placement={"GroupName": region.vpc})
    assert region.instance(instance)["Placement"]["GroupName"] == region.vpc
    region.ec2.terminate_instances(InstanceIds=[instance])
    region.wait_state(instance, "terminated")
    region.ec2.delete_placement_group(GroupName=region.vpc)


def test_what_the_region_cannot_do_is_refused_at_once(region: TestRegion) -> None:
    with pytest.raises(region.ec2.exceptions.ClientError, match="UnsupportedOperation"):
        region.ec2.create_default_vpc()


def test_the_other_services_answer(clients: dict[str, Any]) -> None:
    assert clients["sts"].get_caller_identity()["Account"] == "123456789012"
    assert clients["kms"].create_key()["KeyMetadata"]["Enabled"]
    assert clients["iam"].create_user(UserName="operator")["User"]["UserName"] == "operator"
    clients["s3"].create_bucket(Bucket="etcd-backups")
    clients["ssm"].put_parameter(Name="/etcd/cluster", Value="one", Type="String")
    assert clients["ssm"].get_parameter(Name="/etcd/cluster")["Parameter"]["Value"] == "one"


def test_every_call_is_logged_and_no_secret(
    endpoint: tuple[str, Path], region: TestRegion, clients: dict[str, Any]
) -> None:
    instance = region.running(UserData=USER_DATA.decode() + "# the host's private key")
    with pytest.raises(region.ec2.exceptions.ClientError):
        region.ec2.delete_subnet(SubnetId=region.subnet)
    clients["s3"].list_buckets()
    clients["kms"].list_keys()
    text = region.log.read_text()
    calls = [json.loads(line) for line in text.splitlines()]
    found = {(call["service"], call["action"], call["resource"], call["status"], call["error"]) for call in calls}
    assert ("ec2", "DescribeInstances", instance, 200, "") in found
    assert ("ec2", "DeleteSubnet", region.subnet, 400, "DependencyViolation") in found
    assert ("s3", "ListBuckets", "/", 200, "") in found
    assert ("kms", "ListKeys", "", 200, "") in found
    assert any(call[1] == "RunInstances" for call in found)
    assert "cloud-config" not in text
    assert "I2Nsb3VkLWNvbmZpZw" not in text


def test_rule_by_group_keeps_its_description(region: TestRegion) -> None:
    """moto forgets it; the program would then want to update such rules at every `up`."""
    group = region.make_group()
    pair = {"GroupId": group, "Description": "etcd peers"}
    permission = {"IpProtocol": "tcp", "FromPort": 2380, "ToPort": 2380, "UserIdGroupPairs": [pair]}
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    filters = [{"Name": "group-id", "Values": [group]}]
    rules = region.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]

    assert [rule["Description"] for rule in rules if not rule["IsEgress"]] == ["etcd peers"]
