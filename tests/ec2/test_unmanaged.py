"""What a killed engine was making is found in AWS by what the creation asked for, and nothing else is."""

from __future__ import annotations

from typing import Any

from sandbox.cli import unmanaged
from tests.ec2.region import PUBLIC_KEY, TestRegion

INSTANCE = "aws:ec2/instance:Instance"
KEY_PAIR = "aws:ec2/keyPair:KeyPair"
VPC = "aws:ec2/vpc:Vpc"


def stack(region: TestRegion) -> str:
    """One of its own for each test, since all tests share the account."""
    return f"etcd/{region.vpc}"


def tags(region: TestRegion, name: str = "etcd-2") -> dict[str, str]:
    return {"Name": name, unmanaged.STACK_TAG: stack(region)}


def tagged(kind: str, wanted: dict[str, str]) -> dict[str, Any]:
    pairs = [{"Key": key, "Value": value} for key, value in wanted.items()]
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": pairs}]}


def launch(region: TestRegion, wanted: dict[str, str]) -> str:
    return region.running(SubnetId=region.subnet, **tagged("instance", wanted))


def creating(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """As the engine notes it in the state (recorded from 3.259)."""
    return {"type": "creating", "resource": {"urn": name, "custom": True, "type": kind, "inputs": inputs}}


def find(region: TestRegion, *operations: dict[str, Any], known: str = "", **more: Any) -> unmanaged.Findings:
    resources = [{"urn": "known", "id": known}] if known else []
    clients = {"ec2": region.ec2, **more}
    return unmanaged.find(clients, {"resources": resources, "pending_operations": operations}, stack(region))


def test_instance_made_in_flight_is_found_by_its_tags(region: TestRegion) -> None:
    launch(region, tags(region, "etcd-1"))
    mine = launch(region, tags(region))

    assert find(region, creating(INSTANCE, "etcd-2", {"tags": tags(region)})).candidates == {"etcd-2": [mine]}


def test_instance_that_the_state_knows_or_that_is_terminated_is_no_candidate(region: TestRegion) -> None:
    known, gone = launch(region, tags(region)), launch(region, tags(region))
    region.ec2.terminate_instances(InstanceIds=[gone])

    findings = find(region, creating(INSTANCE, "etcd-2", {"tags": tags(region)}), known=known)

    assert findings.candidates == {"etcd-2": []}


def test_instance_of_this_stack_that_nobody_knows_is_a_stray_and_another_stacks_is_not(region: TestRegion) -> None:
    stray = launch(region, tags(region))
    launch(region, {**tags(region), unmanaged.STACK_TAG: "etcd/other"})

    assert find(region).strays == [unmanaged.Stray(stray, "etcd-2")]


def test_every_tagged_kind_is_listed_by_its_tags(region: TestRegion) -> None:
    ec2, wanted = region.ec2, tags(region)
    vpc = ec2.create_vpc(CidrBlock="192.168.0.0/16", **tagged("vpc", wanted))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="192.168.0.0/24", **tagged("subnet", wanted))["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc, **tagged("security-group", wanted))
    interface = ec2.create_network_interface(SubnetId=subnet, **tagged("network-interface", wanted))
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, **tagged("volume", wanted))
    table = ec2.create_route_table(VpcId=vpc, **tagged("route-table", wanted))
    gateway = ec2.create_internet_gateway(**tagged("internet-gateway", wanted))
    ec2.create_placement_group(GroupName=f"spread-{vpc}", Strategy="spread", **tagged("placement-group", wanted))
    ec2.import_key_pair(KeyName=f"key-{vpc}", PublicKeyMaterial=PUBLIC_KEY, **tagged("key-pair", wanted))
    address = ec2.allocate_address(Domain="vpc", **tagged("elastic-ip", wanted))
    expected = {
        VPC: vpc,
        "aws:ec2/eip:Eip": address["AllocationId"],
        "aws:ec2/subnet:Subnet": subnet,
        "aws:ec2/securityGroup:SecurityGroup": group["GroupId"],
        "aws:ec2/networkInterface:NetworkInterface": interface["NetworkInterface"]["NetworkInterfaceId"],
        "aws:ebs/volume:Volume": volume["VolumeId"],
        "aws:ec2/routeTable:RouteTable": table["RouteTable"]["RouteTableId"],
        "aws:ec2/internetGateway:InternetGateway": gateway["InternetGateway"]["InternetGatewayId"],
        "aws:ec2/placementGroup:PlacementGroup": f"spread-{vpc}",
        KEY_PAIR: f"key-{vpc}",
        INSTANCE: launch(region, wanted),
    }
    assert expected.keys() == unmanaged.TAGGED.keys()

    findings = find(region, *(creating(kind, kind, {"tags": {**wanted, "__defaults": []}}) for kind in expected))

    assert findings.candidates == {kind: [identifier] for kind, identifier in expected.items()}


def test_rule_and_association_are_found_by_what_they_say(region: TestRegion) -> None:
    group = region.make_group()
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.168.0.1/32"}]}
    answer = region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    table = region.ec2.create_route_table(VpcId=region.vpc)["RouteTable"]["RouteTableId"]
    association = region.ec2.associate_route_table(RouteTableId=table, SubnetId=region.subnet)["AssociationId"]
    ssh = {"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "192.168.0.1/32"}
    ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    route = "aws:ec2/routeTableAssociation:RouteTableAssociation"

    findings = find(
        region,
        creating(ingress, "ssh", ssh),
        creating(ingress, "another port", {**ssh, "toPort": 23}),
        creating(route, "members", {"subnetId": region.subnet, "routeTableId": table}),
    )

    assert findings.candidates == {
        "ssh": [answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]],
        "another port": [],
        "members": [association],
    }


def test_key_alias_role_and_profile_are_found_where_ec2_has_no_say(region: TestRegion, clients: dict[str, Any]) -> None:
    iam, kms, name = clients["iam"], clients["kms"], f"member-{region.vpc}"
    pairs = [{"TagKey": key, "TagValue": value} for key, value in tags(region).items()]
    given = (pairs, pairs, [{"TagKey": "Name", "TagValue": "another"}])
    key, leaving, other = (kms.create_key(Tags=each)["KeyMetadata"]["KeyId"] for each in given)
    kms.schedule_key_deletion(KeyId=leaving)
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=other)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    iam.create_instance_profile(InstanceProfileName=name)

    findings = find(
        region,
        creating("aws:kms/key:Key", "key", {"tags": tags(region)}),
        creating("aws:kms/alias:Alias", "alias", {"name": f"alias/{name}"}),
        creating("aws:iam/role:Role", "role", {"name": name}),
        creating("aws:iam/role:Role", "role that is not there", {"name": f"{name}-x"}),
        creating("aws:iam/instanceProfile:InstanceProfile", "profile", {"name": name}),
        iam=iam,
        kms=kms,
    )

    assert findings.candidates == {
        "key": [key],
        "alias": [f"alias/{name}"],
        "role": [name],
        "role that is not there": [],
        "profile": [name],
    }


def test_kind_that_cannot_be_searched_is_named_and_a_repeatable_one_is_not(region: TestRegion) -> None:
    findings = find(
        region,
        creating("aws:iam/policy:Policy", "backup", {}),
        creating(VPC, "untagged", {}),
        creating("command:remote:Command", "gate", {}),
        creating("aws:ec2/volumeAttachment:VolumeAttachment", "data", {}),
    )

    assert findings.unsearchable == ["backup", "untagged"]
    assert findings.candidates == {}
