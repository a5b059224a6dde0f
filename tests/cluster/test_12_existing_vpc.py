"""A cluster in a VPC that was there before: who reaches it, and what of the VPC is left alone.

It has five members of a newer minor, which any cluster may have.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.framework import aws
from tests.framework.client_machines import ForeignVpc, tcp
from tests.framework.cluster import Cluster
from tests.framework.existing_vpc import ADDRESSES, NEIGHBOUR_ADDRESSES, VERSION, make, settings
from tests.framework.leak_check import in_the_account
from tests.framework.polling import eventually
from tests.framework.writer import writing

pytestmark = [pytest.mark.cluster, pytest.mark.in_order]

MIB = 1024**2
PORTS = (22, 2379, 2380, 2381)


def everywhere(port: int) -> set[str]:
    return {f"{address}:{port}" for address in ADDRESSES}


@pytest.fixture(scope="module")
def empty_region() -> Iterator[Cluster]:
    """A region with nothing in it: its first `up` asked for a machine that does not exist."""
    made = replace(Cluster.in_region("test-existing-vpc"), addresses=ADDRESSES)
    made.make("down")
    refused = made.run("up", "--config", "etcd:instanceType=m7i.gigantic", check=False)
    assert refused.returncode != 0
    assert "m7i.gigantic: there is no such instance type" in refused.stdout + refused.stderr
    made.configure(instanceType="m7i.large")
    yield made
    made.make("down")


@pytest.fixture(scope="module")
def foreign_vpc(empty_region: Cluster, tmp_path_factory: pytest.TempPathFactory) -> ForeignVpc:
    """Made after the first test, which needs the region empty."""
    return make(empty_region, tmp_path_factory.mktemp("identity"))


@pytest.fixture(scope="module")
def five(empty_region: Cluster, foreign_vpc: ForeignVpc) -> Cluster:
    """Five members of a newer minor, in a VPC that was there before them."""
    empty_region.configure(**settings(foreign_vpc))
    empty_region.run("up", timeout_seconds=600)
    empty_region.write_sentinel()
    for neighbour in foreign_vpc.machines.values():
        eventually(neighbour.is_up, f"{neighbour.address} lets its owner in")
    return empty_region


def test_an_instance_type_that_does_not_exist_is_refused_with_nothing_made(empty_region: Cluster) -> None:
    assert empty_region.call(aws.ec2, "describe_vpcs", {})["Vpcs"] == []
    assert empty_region.call(aws.ec2, "describe_key_pairs", {})["KeyPairs"] == []
    made = {each["type"] for each in empty_region.state_kept()["resources"]}
    assert not [each for each in made if each.startswith(("aws:", "tls:", "command:"))]


def test_a_vpc_that_is_not_as_claimed_is_refused_with_all_that_is_wrong(
    empty_region: Cluster, foreign_vpc: ForeignVpc
) -> None:
    groups = empty_region.call(aws.ec2, "describe_security_groups", {})["SecurityGroups"]
    wrong = {
        "vpcId": "vpc-0123456789abcdef0",
        "availabilityZone": "us-east-1a",
        "addresses": ["10.20.1.255", "10.20.2.10", *ADDRESSES[2:]],
        "clientSecurityGroupIds": ["sg-0123456789abcdef0"],
    }
    empty_region.configure(**{**settings(foreign_vpc), **wrong})
    refused = empty_region.run("up", check=False)
    assert refused.returncode != 0
    for fault in (
        "etcd:vpcId = vpc-0123456789abcdef0: there is no such VPC",
        f"{foreign_vpc.subnet} lies in {foreign_vpc.vpc}, not in etcd:vpcId",
        f"{foreign_vpc.subnet} stands for zone us-east-1a, but lies in us-east-1b",
        "10.20.1.255 of etcd-1 must be not one of the first four nor the last",
        "10.20.2.10 of etcd-2 must be inside the subnet 10.20.1.0/24",
        "security group sg-0123456789abcdef0: there is none",
    ):
        assert fault in refused.stdout + refused.stderr
    assert empty_region.call(aws.ec2, "describe_security_groups", {})["SecurityGroups"] == groups


def test_a_cluster_stands_in_the_vpc_that_was_there(five: Cluster, foreign_vpc: ForeignVpc) -> None:
    assert five.healthy()
    five.plans_nothing()
    found = five.call(aws.ec2, "describe_network_interfaces", {})["NetworkInterfaces"]
    assert {each["PrivateIpAddress"] for each in found} == {*ADDRESSES, *NEIGHBOUR_ADDRESSES}
    assert {each["SubnetId"] for each in found} == {foreign_vpc.subnet}
    assert len(five.call(aws.ec2, "describe_vpcs", {})["Vpcs"]) == 1


def test_a_stranger_of_the_same_subnet_reaches_nothing(five: Cluster, foreign_vpc: ForeignVpc) -> None:
    assert foreign_vpc.machines["stranger"].reaches(ADDRESSES, PORTS) == set()


@pytest.mark.parametrize("name", ["client", "listed"])
def test_a_client_by_group_or_by_network_reaches_one_port_and_needs_a_certificate(
    five: Cluster, foreign_vpc: ForeignVpc, name: str
) -> None:
    client = foreign_vpc.machines[name]
    assert client.reaches(ADDRESSES, PORTS) == everywhere(2379)
    access = five.access
    admin = (access / "admin.crt").read_text() + (access / "admin.key").read_text()
    client.put({"ca.pem": (access / "ca.crt").read_text(), "admin.pem": admin})
    for address in ADDRESSES:
        ask = f"curl --silent --max-time 5 --cacert ca.pem https://{address}:2379/metrics"
        without, said = client.run(f"{ask}; echo ---; {ask} --cert admin.pem").stdout.split("---\n")
        assert without == ""
        assert "etcd_server_has_leader 1" in said


def test_metrics_are_read_by_those_who_may_and_nothing_else_is_there(five: Cluster, foreign_vpc: ForeignVpc) -> None:
    scraper = foreign_vpc.machines["scraper"]
    assert scraper.reaches(ADDRESSES, PORTS) == everywhere(2381)
    for address in ADDRESSES:
        url = f"http://{address}:2381"
        post = f"curl --silent --output /dev/null --write-out %{{http_code}} --data '{{}}' {url}/v3/kv/range"
        said = scraper.run(f"{post}; echo; curl --silent {url}/metrics").stdout
        assert said.startswith("404\n")
        assert "etcd_server_has_leader 1" in said
        assert "etcd_server_has_leader 1" in five.run("curl", "--silent", f"{url}/metrics").stdout


def test_a_rule_opens_a_port_while_it_is_there_and_etcd_goes_on(five: Cluster, foreign_vpc: ForeignVpc) -> None:
    stranger, members = foreign_vpc.machines["stranger"], five.resource("etcd-members")["id"]
    rule = tcp(2380, UserIdGroupPairs=[{"GroupId": foreign_vpc.groups["neighbours"]}])
    change = {"GroupId": members, "IpPermissions": [rule]}
    with writing(five) as writer:
        five.call(aws.ec2, "authorize_security_group_ingress", change)
        opened = stranger.reaches(ADDRESSES, PORTS)
        five.call(aws.ec2, "revoke_security_group_ingress", change)
        closed = stranger.reaches(ADDRESSES, PORTS)
    assert (opened, closed) == (everywhere(2380), set())
    writer.lost_nothing(gap_seconds=2)


def test_a_live_cluster_does_not_leave_its_vpc(five: Cluster, foreign_vpc: ForeignVpc) -> None:
    five.configure(vpcId=None, subnetIds=None, vpcCidr="10.20.0.0/16", subnetCidr="10.20.1.0/24")
    said = five.refused("preview")
    five.configure(vpcId=foreign_vpc.vpc, subnetIds=[foreign_vpc.subnet], vpcCidr=None, subnetCidr=None)
    assert "cannot change its network" in said
    assert f"vpc from {foreign_vpc.vpc} to 10.20.0.0/16" in said


def test_five_members_of_a_newer_minor_have_its_defaults_and_complain_of_no_setting(five: Cluster) -> None:
    assert {status["version"] for status in five.statuses().values()} == {VERSION}
    for member in five.members:
        journal = member.journal()
        assert "unrecognized environment variable" not in journal
        assert "deprecated" not in journal
        assert '"snapshot-count":10000,' in journal, "not the default of this minor"


def test_a_change_of_five_goes_one_by_one_and_moves_the_leadership_first(five: Cluster) -> None:
    """An election takes a second; a leadership that was moved away before its member stops costs less."""
    last = five.members[-1]  # restarted when all others have been, so the leadership moves
    five.run("etcdctl", "move-leader", f"{last.etcd_id():x}", f"--endpoints={five.leader().endpoint}")
    before = five.pids()
    with writing(five) as writer:
        five.up("--config", "etcd:quotaMib=3072")
    after = five.pids()
    assert all(before[name] != after[name] for name in before)
    for member in five.members:
        assert f'ETCD_QUOTA_BACKEND_BYTES="{3072 * MIB}"' in member.configuration()
        journal = member.journal()
        assert "unrecognized environment variable" not in journal
        assert "deprecated" not in journal
    ready = [member.ready_seconds() for member in five.members]
    assert ready == sorted(ready), "the members were not restarted in their order"
    led = last.journal().partition("leadership transfer finished")  # etcd does so too, but only once it is stopped
    assert "Stopping etcd.service" in led[2], "the leader did not give up the leadership"
    assert "Stopping etcd.service" not in led[0], "the leader was stopped while it led"
    assert five.leader() != last
    writer.lost_nothing(gap_seconds=1, at_least=100)
    five.plans_nothing()


def test_destroy_leaves_the_vpc_and_its_owner_s_things_alone(five: Cluster, foreign_vpc: ForeignVpc) -> None:
    five.pulumi("destroy", "--yes", "--non-interactive")
    left = in_the_account(five)
    assert (left["vpcs"], left["subnets"]) == ([foreign_vpc.vpc], [foreign_vpc.subnet])
    groups = five.call(aws.ec2, "describe_security_groups", {})["SecurityGroups"]
    assert {each["GroupName"] for each in groups} == {"default", *foreign_vpc.groups}
    interfaces = five.call(aws.ec2, "describe_network_interfaces", {})["NetworkInterfaces"]
    assert {each["PrivateIpAddress"] for each in interfaces} == NEIGHBOUR_ADDRESSES
    assert foreign_vpc.machines["stranger"].is_up()
