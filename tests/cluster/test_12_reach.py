"""A cluster in a VPC that was there before: who reaches it, and what of the VPC is left alone."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.client_machines import Place, ec2, make_place, tcp
from tests.cluster.polling import eventually
from tests.cluster.sandbox import CHECKOUT, Sandbox
from tests.region.ssh_machine import Identity

pytestmark = pytest.mark.cluster

OPERATOR = "10.20.0.1/32"  # where the region's own programs come from: the VPC's first host
ADDRESSES = ("10.20.1.100", "10.20.1.101", "10.20.1.102")
PORTS = (22, 2379, 2380, 2381)
NEIGHBOURS = {
    "stranger": ("10.20.1.50", ["neighbours"]),
    "client": ("10.20.1.51", ["neighbours", "clients"]),
    "listed": ("10.20.1.52", ["neighbours"]),
    "scraper": ("10.20.1.53", ["neighbours", "scrapers"]),
}
NEIGHBOUR_ADDRESSES = {address for address, _ in NEIGHBOURS.values()}


def configure(sandbox: Sandbox, **settings: Any) -> None:
    """Sets these in the region's copy of the stack's file; None takes one out."""
    file = sandbox.folder / "Pulumi.sandbox.yaml"
    content = yaml.safe_load(file.read_text())
    config = {**content["config"], **{f"etcd:{key}": value for key, value in settings.items()}}
    content["config"] = {key: value for key, value in config.items() if value is not None}
    file.write_text(yaml.safe_dump(content))


def everywhere(port: int) -> set[str]:
    return {f"{address}:{port}" for address in ADDRESSES}


@pytest.fixture(scope="module")
def region(own_sandbox: Sandbox) -> Sandbox:
    """A region with nothing in it: its first `up` asked for a machine that does not exist."""
    refused = own_sandbox.run("up", "--config", "etcd:instanceType=m7i.gigantic", check=False)
    assert refused.returncode != 0
    assert "m7i.gigantic: there is no such instance type" in refused.stdout + refused.stderr
    configure(own_sandbox, instanceType="m7i.large")
    return own_sandbox


@pytest.fixture(scope="module")
def place(region: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Made after the first test, which needs the region empty."""
    identity = Identity.generate(tmp_path_factory.mktemp("identity"))
    return make_place(
        region,
        identity,
        vpc="10.20.0.0/16",
        subnet="10.20.1.0/24",
        zone="us-east-1b",
        owner=OPERATOR,
        machines=NEIGHBOURS,
    )


@pytest.fixture(scope="module")
def settings(place: Place) -> dict[str, Any]:
    """What a stack says of the VPC and of who gets in."""
    return {
        "vpcId": place.vpc,
        "subnetIds": [place.subnet],
        "availabilityZone": "us-east-1b",
        "addresses": list(ADDRESSES),
        "operatorCidrs": [OPERATOR],
        "clientCidrs": [OPERATOR, f"{NEIGHBOURS['listed'][0]}/32"],
        "clientSecurityGroupIds": [place.groups["clients"]],
        "metricsCidrs": [OPERATOR],
        "metricsSecurityGroupIds": [place.groups["scrapers"]],
    }


@pytest.fixture(scope="module")
def cluster(region: Sandbox, place: Place, settings: dict[str, Any]) -> Sandbox:
    configure(region, **settings)
    region.run("up", timeout_seconds=600)
    for neighbour in place.machines.values():
        eventually(neighbour.is_up, f"{neighbour.address} lets its owner in")
    return region


def test_an_instance_type_that_does_not_exist_is_refused_with_nothing_made(region: Sandbox) -> None:
    assert ec2(region, "describe_vpcs")["Vpcs"] == []
    assert ec2(region, "describe_key_pairs")["KeyPairs"] == []
    made = {each["type"] for each in region.state_kept()["resources"]}
    assert not [each for each in made if each.startswith(("aws:", "tls:", "command:"))]


def test_a_vpc_that_is_not_as_claimed_is_refused_with_all_that_is_wrong(
    region: Sandbox, place: Place, settings: dict[str, Any]
) -> None:
    groups = ec2(region, "describe_security_groups")["SecurityGroups"]
    wrong = {
        "vpcId": "vpc-0123456789abcdef0",
        "availabilityZone": "us-east-1a",
        "addresses": ["10.20.1.255", "10.20.2.10", "10.20.1.102"],
        "clientSecurityGroupIds": ["sg-0123456789abcdef0"],
    }
    configure(region, **{**settings, **wrong})
    refused = region.run("up", check=False)
    assert refused.returncode != 0
    for fault in (
        "etcd:vpcId = vpc-0123456789abcdef0: there is no such VPC",
        f"{place.subnet} lies in {place.vpc}, not in etcd:vpcId",
        f"{place.subnet} stands for zone us-east-1a, but lies in us-east-1b",
        "10.20.1.255 of etcd-1 must be not one of the first four nor the last",
        "10.20.2.10 of etcd-2 must be inside the subnet 10.20.1.0/24",
        "security group sg-0123456789abcdef0: there is none",
    ):
        assert fault in refused.stdout + refused.stderr
    assert ec2(region, "describe_security_groups")["SecurityGroups"] == groups


def test_a_cluster_stands_in_the_vpc_that_was_there(cluster: Sandbox, place: Place) -> None:
    assert cluster.healthy()
    cluster.pulumi("preview", "--expect-no-changes")
    found = ec2(cluster, "describe_network_interfaces")["NetworkInterfaces"]
    assert {each["PrivateIpAddress"] for each in found} == {*ADDRESSES, *NEIGHBOUR_ADDRESSES}
    assert {each["SubnetId"] for each in found} == {place.subnet}
    assert len(ec2(cluster, "describe_vpcs")["Vpcs"]) == 1


def test_a_stranger_of_the_same_subnet_reaches_nothing(cluster: Sandbox, place: Place) -> None:
    assert place.machines["stranger"].reaches(ADDRESSES, PORTS) == set()


@pytest.mark.parametrize("name", ["client", "listed"])
def test_a_client_by_group_or_by_network_reaches_one_port_and_needs_a_certificate(
    cluster: Sandbox, place: Place, name: str
) -> None:
    client = place.machines[name]
    assert client.reaches(ADDRESSES, PORTS) == everywhere(2379)
    access = cluster.folder / "access"
    admin = (access / "admin.crt").read_text() + (access / "admin.key").read_text()
    client.put({"ca.pem": (access / "ca.crt").read_text(), "admin.pem": admin})
    for address in ADDRESSES:
        ask = f"curl --silent --max-time 5 --cacert ca.pem https://{address}:2379/metrics"
        without, said = client.run(f"{ask}; echo ---; {ask} --cert admin.pem").stdout.split("---\n")
        assert without == ""
        assert "etcd_server_has_leader 1" in said


def test_metrics_are_read_by_those_who_may_and_nothing_else_is_there(cluster: Sandbox, place: Place) -> None:
    scraper = place.machines["scraper"]
    assert scraper.reaches(ADDRESSES, PORTS) == everywhere(2381)
    for address in ADDRESSES:
        url = f"http://{address}:2381"
        post = f"curl --silent --output /dev/null --write-out %{{http_code}} --data '{{}}' {url}/v3/kv/range"
        said = scraper.run(f"{post}; echo; curl --silent {url}/metrics").stdout
        assert said.startswith("404\n")
        assert "etcd_server_has_leader 1" in said
        assert "etcd_server_has_leader 1" in cluster.run("curl", "--silent", f"{url}/metrics").stdout


def test_a_rule_opens_a_port_while_it_is_there_and_etcd_goes_on(cluster: Sandbox, place: Place, tmp_path: Path) -> None:
    stranger, stop = place.machines["stranger"], tmp_path / "stop"
    endpoints = [f"https://{address}:2379" for address in ADDRESSES]
    members = cluster.resource("etcd-members")["id"]
    rule = tcp(2380, UserIdGroupPairs=[{"GroupId": place.groups["neighbours"]}])
    writer = cluster.start(
        "python", str(CHECKOUT / "tests/cluster/writer.py"), str(cluster.folder / "access"), str(stop), *endpoints
    )
    try:
        ec2(cluster, "authorize_security_group_ingress", GroupId=members, IpPermissions=[rule])
        opened = stranger.reaches(ADDRESSES, PORTS)
        ec2(cluster, "revoke_security_group_ingress", GroupId=members, IpPermissions=[rule])
        closed = stranger.reaches(ADDRESSES, PORTS)
    finally:
        stop.touch()
        said = writer.communicate(timeout=60)[0]
    assert (opened, closed) == (everywhere(2380), set())
    report = json.loads(said.splitlines()[-1])
    assert report["missing"] == 0
    assert report["acknowledged"] > 50
    assert report["longest_gap_seconds"] < 2, report


def test_a_live_cluster_does_not_leave_its_vpc(cluster: Sandbox, settings: dict[str, Any]) -> None:
    configure(cluster, vpcId=None, subnetIds=None, vpcCidr="10.20.0.0/16", subnetCidr="10.20.1.0/24")
    refused = cluster.pulumi("preview", check=False)
    configure(cluster, vpcId=settings["vpcId"], subnetIds=settings["subnetIds"], vpcCidr=None, subnetCidr=None)
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert "cannot change its network" in said
    assert f"vpc from {settings['vpcId']} to 10.20.0.0/16" in said


def test_destroy_leaves_the_vpc_and_its_owner_s_things_alone(cluster: Sandbox, place: Place) -> None:
    cluster.pulumi("destroy", "--yes", "--non-interactive")
    assert [each["VpcId"] for each in ec2(cluster, "describe_vpcs")["Vpcs"]] == [place.vpc]
    assert [each["SubnetId"] for each in ec2(cluster, "describe_subnets")["Subnets"]] == [place.subnet]
    groups = {each["GroupName"] for each in ec2(cluster, "describe_security_groups")["SecurityGroups"]}
    assert groups == {"default", *place.groups}
    left = ec2(cluster, "describe_network_interfaces")["NetworkInterfaces"]
    assert {each["PrivateIpAddress"] for each in left} == NEIGHBOUR_ADDRESSES
    assert place.machines["stranger"].is_up()
