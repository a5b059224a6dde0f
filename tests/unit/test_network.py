"""Where a cluster stands and who reaches it: what is made, and what is refused before anything is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.aws.preflight import vpc
from components.aws.preflight.vpc import FoundSubnet
from components.aws.specs import ExistingVpc, NewVpc, Sources
from components.cluster import EtcdCluster
from components.topology import build
from tests.unit import recording
from tests.unit.clusters import BASTION_SPEC, arguments
from tests.unit.recording import Recorder, record

ZONE, VPC, SUBNET, CLIENTS = "us-east-1a", "vpc-existing", "subnet-existing", "sg-0123456789abcdef0"
CLAIMED = ExistingVpc(vpc_id=VPC, subnets={ZONE: SUBNET, "us-east-1b": "subnet-b", "us-east-1c": "subnet-c"})
TOPOLOGY = build("etcd", ["10.0.1.10", "10.0.2.10", "10.0.3.10"], *CLAIMED.subnets)
FOUND = {
    subnet: FoundSubnet(vpc_id=VPC, zone=zone, cidr=f"10.0.{number}.0/24")
    for number, (zone, subnet) in enumerate(CLAIMED.subnets.items(), start=1)
}
OFFERINGS, TYPE = "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings", "aws:ec2/getInstanceType:getInstanceType"

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def in_existing(tarball: Path) -> Recorder:
    given = arguments(tarball, vpc=ExistingVpc(vpc_id=VPC, subnets={ZONE: SUBNET}))
    ingress = replace(
        given.ingress,
        clients=Sources(cidrs=["10.2.0.0/16"], security_group_ids=[CLIENTS]),
        metrics=Sources(cidrs=["10.3.0.0/16"], security_group_ids=[CLIENTS]),
    )
    return record(lambda: EtcdCluster("etcd", replace(given, ingress=ingress)))


def test_in_an_existing_vpc_only_a_security_group_is_made(in_existing: Recorder) -> None:
    assert in_existing["etcd-members"].inputs["vpcId"] == VPC
    assert not {each.type for each in in_existing.resources_seen} & {
        "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/routeTable:RouteTable",
    }  # fmt: skip
    for member in ("etcd-1", "etcd-2", "etcd-3"):
        assert in_existing[f"etcd-network-interface-{member}"].inputs["subnetId"] == SUBNET
        assert in_existing[f"etcd-volume-{member}"].inputs["availabilityZone"] == ZONE


def test_a_rule_is_named_by_its_source_and_opens_one_port(in_existing: Recorder) -> None:
    rules = {
        each.name: (each.inputs["fromPort"], each.inputs["toPort"], source(each.inputs))
        for each in in_existing.named("etcd-ingress-")
    }
    assert rules == {
        "etcd-ingress-client": (2379, 2379, "etcd-members-id"),
        "etcd-ingress-peer": (2380, 2380, "etcd-members-id"),
        "etcd-ingress-ssh-10.1.0.0/16": (22, 22, "10.1.0.0/16"),
        "etcd-ingress-client-10.2.0.0/16": (2379, 2379, "10.2.0.0/16"),
        f"etcd-ingress-client-{CLIENTS}": (2379, 2379, CLIENTS),
        "etcd-ingress-metrics-10.3.0.0/16": (2381, 2381, "10.3.0.0/16"),
        f"etcd-ingress-metrics-{CLIENTS}": (2381, 2381, CLIENTS),
    }


def source(inputs: dict[str, Any]) -> str:
    return str(inputs.get("cidrIpv4") or inputs["referencedSecurityGroupId"])


def test_metrics_are_on_the_network_where_somebody_may_read_them(in_existing: Recorder) -> None:
    assert "http://127.0.0.1:2381,http://192.168.0.101:2381" in in_existing["etcd-configure-etcd-2"].inputs["stdin"]


def test_a_vpc_that_is_as_claimed_is_accepted() -> None:
    assert list(vpc.differences(CLAIMED, TOPOLOGY, True, FOUND)) == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"vpc_id": "vpc-other"}, f"{SUBNET} lies in vpc-other, not in etcd:vpcId, {VPC}"),
        ({"zone": "us-east-1d"}, f"{SUBNET} stands for zone us-east-1a, but lies in us-east-1d"),
        ({"cidr": "10.0.9.0/24"}, f"10.0.1.10 of etcd-1 must be inside the subnet 10.0.9.0/24, as {SUBNET} has it"),
        ({"cidr": "10.0.1.8/29"}, "10.0.1.10 of etcd-1 must be not one of the first four"),
        (None, f"{SUBNET}: there is no such subnet"),
    ],
)
def test_a_subnet_that_is_not_as_claimed_is_refused(wrong: dict[str, str] | None, reason: str) -> None:
    found = {**FOUND, SUBNET: replace(FOUND[SUBNET], **wrong)} if wrong else {**FOUND}
    if wrong is None:
        del found[SUBNET]
    (told,) = vpc.differences(CLAIMED, TOPOLOGY, True, found)
    assert reason in told


def test_all_that_is_wrong_with_a_vpc_is_told_together() -> None:
    told = list(vpc.differences(CLAIMED, TOPOLOGY, False, {}))
    assert [VPC in told[0], *(subnet in each for subnet, each in zip(FOUND, told[1:], strict=True))] == [True] * 4


def test_nothing_is_asked_for_where_the_vpc_is_not_there(tarball: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: object) -> None:
        raise Exception("invoke failed: no matching EC2 VPC found")

    monkeypatch.setattr(aws.ec2, "get_vpc", missing)
    monkeypatch.setattr(aws.ec2, "get_subnet", missing)
    assert_refused_before_anything(tarball, monkeypatch, f"etcd:vpcId = {VPC}: there is no such VPC", vpc=CLAIMED)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({OFFERINGS: {"locations": []}}, "there is no such instance type in this region"),
        ({OFFERINGS: {"locations": ["us-east-1b"]}}, "m7i.large: zone us-east-1a does not offer it"),
        ({TYPE: {"supportedArchitectures": ["arm64"]}}, "taken for amd64 by its name, but EC2 lists arm64"),
    ],
)
def test_an_instance_type_that_is_not_to_be_had_is_refused_before_anything_is_made(
    tarball: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], reason: str
) -> None:
    monkeypatch.setattr(recording, "AWS_ANSWERS", {**recording.AWS_ANSWERS, **answers})
    vpc = NewVpc(cidr="192.168.0.0/16", subnets={ZONE: "192.168.0.0/24"})
    assert_refused_before_anything(tarball, monkeypatch, reason, vpc=vpc)


def test_the_bastion_s_instance_type_is_looked_up_too(tarball: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {f"{TYPE} t4g.nano": {"supportedArchitectures": ["x86_64"]}}
    monkeypatch.setattr(recording, "AWS_ANSWERS", {**recording.AWS_ANSWERS, **answer})
    with pytest.raises(pulumi.RunError, match=r"etcd:bastionInstanceType = t4g\.nano is taken for arm64"):
        record(lambda: EtcdCluster("etcd", arguments(tarball, bastion=BASTION_SPEC)))


def assert_refused_before_anything(
    tarball: Path, monkeypatch: pytest.MonkeyPatch, reason: str, **changes: object
) -> None:
    asked = list[str]()
    make = recording.Provider.new_resource

    def noting(self: recording.Provider, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        asked.append(args.typ)
        return make(self, args)

    monkeypatch.setattr(recording.Provider, "new_resource", noting)
    with pytest.raises(pulumi.RunError, match=reason):
        record(lambda: EtcdCluster("etcd", arguments(tarball, **changes)))
    assert [each for each in asked if not each.startswith(("etcd-aws:", "pulumi:pulumi:"))] == []
