"""A creation that was in flight when the engine died must neither be lost nor made twice."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sandbox.cli import orphans, pending

pytestmark = pytest.mark.unit

STACK = "etcd/sandbox"
TAGS = {"Name": "etcd-2", "etcd-aws:stack": STACK}


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:sandbox::etcd::etcd-aws:index:EtcdCluster${kind}::{name}"


def operation(kind: str, name: str, inputs: dict[str, Any], verb: str = "creating") -> dict[str, Any]:
    """As the engine notes it in the state (recorded from 3.259)."""
    return {"resource": {"urn": urn(kind, name), "custom": True, "type": kind, "inputs": inputs}, "type": verb}


INSTANCE = "aws:ec2/instance:Instance"
VPC = "aws:ec2/vpc:Vpc"


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # two seconds for each test otherwise
    with mock_aws():
        yield boto3.client("ec2")


def launch(ec2: Any, tags: dict[str, str]) -> str:
    tagging = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    answer = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=tagging)
    identifier: str = answer["Instances"][0]["InstanceId"]
    return identifier


def test_instance_made_in_flight_is_found_by_its_tags(ec2: Any) -> None:
    launch(ec2, {**TAGS, "Name": "etcd-1"})
    mine = launch(ec2, TAGS)
    deployment = {"resources": [], "pending_operations": [operation(INSTANCE, "etcd-2", {"tags": TAGS})]}

    findings = orphans.find(ec2, deployment, STACK)

    assert findings.candidates == {urn(INSTANCE, "etcd-2"): [mine]}


def test_instance_that_the_state_knows_or_that_is_terminated_is_no_candidate(ec2: Any) -> None:
    known, gone = launch(ec2, TAGS), launch(ec2, TAGS)
    ec2.terminate_instances(InstanceIds=[gone])
    deployment = {
        "resources": [{"urn": urn(INSTANCE, "other"), "id": known}],
        "pending_operations": [operation(INSTANCE, "etcd-2", {"tags": TAGS})],
    }

    assert orphans.find(ec2, deployment, STACK).candidates == {urn(INSTANCE, "etcd-2"): []}


def test_instance_of_this_stack_that_nobody_knows_is_a_stray_and_another_stacks_is_not(ec2: Any) -> None:
    stray = launch(ec2, TAGS)
    launch(ec2, {**TAGS, "etcd-aws:stack": "etcd/other"})

    findings = orphans.find(ec2, {"resources": []}, STACK)

    assert findings.strays == [orphans.Stray(stray, "etcd-2")]


def test_every_tagged_kind_is_listed_by_its_tags(ec2: Any) -> None:
    def tagging(kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()]}]

    vpc = ec2.create_vpc(CidrBlock="192.168.0.0/16", TagSpecifications=tagging("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="192.168.0.0/24", TagSpecifications=tagging("subnet"))
    subnet_id = subnet["Subnet"]["SubnetId"]
    group = ec2.create_security_group(
        GroupName="g", Description="d", VpcId=vpc, TagSpecifications=tagging("security-group")
    )
    interface = ec2.create_network_interface(SubnetId=subnet_id, TagSpecifications=tagging("network-interface"))
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, TagSpecifications=tagging("volume"))
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagging("route-table"))
    gateway = ec2.create_internet_gateway(TagSpecifications=tagging("internet-gateway"))
    expected = {
        VPC: vpc,
        "aws:ec2/subnet:Subnet": subnet_id,
        "aws:ec2/securityGroup:SecurityGroup": group["GroupId"],
        "aws:ec2/networkInterface:NetworkInterface": interface["NetworkInterface"]["NetworkInterfaceId"],
        "aws:ebs/volume:Volume": volume["VolumeId"],
        "aws:ec2/routeTable:RouteTable": table["RouteTable"]["RouteTableId"],
        "aws:ec2/internetGateway:InternetGateway": gateway["InternetGateway"]["InternetGatewayId"],
        "aws:ec2/keyPair:KeyPair": "terraform-2026",
        INSTANCE: launch(ec2, TAGS),
    }
    ec2.create_key_pair(KeyName="terraform-2026", TagSpecifications=tagging("key-pair"))
    assert expected.keys() == orphans.TAGGED.keys()

    operations = [operation(kind, "x", {"tags": {**TAGS, "__defaults": []}}) for kind in expected]
    findings = orphans.find(ec2, {"resources": [], "pending_operations": operations}, STACK)

    assert findings.candidates == {urn(kind, "x"): [identifier] for kind, identifier in expected.items()}


def test_rule_and_association_are_found_by_what_they_say(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="192.168.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.168.0.1/32"}]}
    rule = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"][0]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    ssh = {"securityGroupId": group, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIpv4": "192.168.0.1/32"}
    ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    route = "aws:ec2/routeTableAssociation:RouteTableAssociation"

    operations = [
        operation(ingress, "ssh", ssh),
        operation(ingress, "other", {**ssh, "toPort": 23}),
        operation(route, "members", {"subnetId": subnet, "routeTableId": table}),
    ]
    findings = orphans.find(ec2, {"resources": [], "pending_operations": operations}, STACK)

    assert findings.candidates == {
        urn(ingress, "ssh"): [rule["SecurityGroupRuleId"]],
        urn(ingress, "other"): [],
        urn(route, "members"): [association],
    }


def test_kind_that_cannot_be_searched_is_named_and_a_repeatable_one_is_not(ec2: Any) -> None:
    operations = [
        operation("aws:iam/role:Role", "backup", {}),
        operation(VPC, "untagged", {}),
        operation("command:remote:Command", "gate", {}),
        operation("aws:ec2/volumeAttachment:VolumeAttachment", "data", {}),
    ]

    findings = orphans.find(ec2, {"resources": [], "pending_operations": operations}, STACK)

    assert findings.unsearchable == [urn("aws:iam/role:Role", "backup"), urn(VPC, "untagged")]
    assert findings.candidates == {}


def test_mended_state_holds_what_was_found_and_no_pending_operation() -> None:
    found = operation(INSTANCE, "etcd-2", {"tags": TAGS})
    stack = {"urn": "urn:pulumi:sandbox::etcd::pulumi:pulumi:Stack::etcd-sandbox"}
    deployment = {
        "resources": [stack],
        "pending_operations": [found, operation(VPC, "lost", {}), operation(VPC, "old", {}, verb="deleting")],
    }
    before = json.dumps(deployment)

    mended = pending.mended(deployment, {found["resource"]["urn"]: "i-1"})

    assert mended == {"resources": [stack, {**found["resource"], "id": "i-1", "outputs": {"tags": TAGS, "id": "i-1"}}]}
    assert json.dumps(deployment) == before


def test_pending_operations_are_noticed_without_starting_pulumi(tmp_path: Path) -> None:
    checkpoint = tmp_path / "sandbox.json"
    assert not pending.noted(checkpoint)
    checkpoint.write_text('{"checkpoint": {"latest": {"resources": []}}}', encoding="utf-8")
    assert not pending.noted(checkpoint)
    checkpoint.write_text('{"checkpoint": {"latest": {"pending_operations": [{}]}}}', encoding="utf-8")
    assert pending.noted(checkpoint)


def test_creation_that_the_cloud_had_answered_is_kept_with_its_outputs() -> None:
    answered = operation("tls:index/privateKey:PrivateKey", "key", {})
    answered["resource"] |= {"id": "abc", "outputs": {"publicKeyPem": "x"}}
    deployment = {"resources": [], "pending_operations": [answered]}

    assert pending.creates(deployment)[0].id == "abc"
    assert pending.mended(deployment, {answered["resource"]["urn"]: "abc"})["resources"] == [answered["resource"]]
