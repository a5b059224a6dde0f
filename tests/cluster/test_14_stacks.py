"""Every committed stack for AWS comes up as it stands, keeps every rule of the policy pack, and is destroyed whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.policy_pack import complaints
from tests.cluster.sandbox import ADDRESSES, CHECKOUT, Sandbox
from tests.cluster.zones import writes_go_on_without

pytestmark = pytest.mark.cluster

# As docs/protection.md says; a stack without protection is destroyed at once.
LIFT = {"dev": {}, "prod": {"etcd:deletionProtection": "false", "etcd:deleteDataVolumes": "true"}}
ZONES = {
    "dev": dict.fromkeys(ADDRESSES, "us-east-1a"),
    "prod": {"192.168.0.100": "us-east-1a", "192.168.1.100": "us-east-1b", "192.168.2.100": "us-east-1c"},
}

LEFT = """
import boto3, json
ec2, iam, kms = boto3.client("ec2"), boto3.client("iam"), boto3.client("kms")
mine = [{"Name": "tag-key", "Values": ["etcd-aws:stack"]}]
live = [*mine, {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
ids = lambda key, rows: [row[key] for row in rows]
print(json.dumps({
    "instances": [each["InstanceId"] for group in ec2.describe_instances(Filters=live)["Reservations"] for each in group["Instances"]],
    "volumes": ids("VolumeId", ec2.describe_volumes()["Volumes"]),
    "snapshots": ids("SnapshotId", ec2.describe_snapshots(OwnerIds=["self"], Filters=mine)["Snapshots"]),
    "interfaces": ids("NetworkInterfaceId", ec2.describe_network_interfaces()["NetworkInterfaces"]),
    "vpcs": ids("VpcId", ec2.describe_vpcs(Filters=mine)["Vpcs"]),
    "subnets": ids("SubnetId", ec2.describe_subnets(Filters=mine)["Subnets"]),
    "groups": ids("GroupId", ec2.describe_security_groups(Filters=mine)["SecurityGroups"]),
    "route tables": ids("RouteTableId", ec2.describe_route_tables(Filters=mine)["RouteTables"]),
    "gateways": ids("InternetGatewayId", ec2.describe_internet_gateways()["InternetGateways"]),
    "addresses": ids("AllocationId", ec2.describe_addresses()["Addresses"]),
    "key pairs": ids("KeyName", ec2.describe_key_pairs()["KeyPairs"]),
    "placement groups": ids("GroupName", ec2.describe_placement_groups()["PlacementGroups"]),
    "roles": ids("RoleName", iam.list_roles()["Roles"]),
    "profiles": ids("InstanceProfileName", iam.list_instance_profiles()["InstanceProfiles"]),
    "aliases": [each["AliasName"] for each in kms.list_aliases()["Aliases"] if not each["AliasName"].startswith("alias/aws/")],
    "keys": [key for key in ids("KeyId", kms.list_keys()["Keys"])
             if any(tag["TagKey"] == "etcd-aws:stack" for tag in kms.list_resource_tags(KeyId=key)["Tags"])
             and kms.describe_key(KeyId=key)["KeyMetadata"]["Enabled"]],
}))
"""  # noqa: E501 - a program, read as a table


@pytest.fixture(scope="module", params=LIFT)
def stack(request: pytest.FixtureRequest, own_sandbox: Sandbox) -> str:
    """One after the other in one region: where the first leaves something, the second is in its way."""
    name: str = request.param
    own_sandbox.run("up", "-s", name, timeout_seconds=900)
    return name


def test_no_committed_stack_is_left_out() -> None:
    committed = {path.name.split(".")[1] for path in CHECKOUT.glob("Pulumi.*.yaml")}
    assert committed == {*LIFT, "sandbox"}  # the sandbox's own is every other test's


def test_its_members_are_healthy(own_sandbox: Sandbox, stack: str) -> None:
    assert own_sandbox.run("status").stdout.count("healthy") == 3, stack


def test_it_keeps_every_rule_of_the_policy_pack(own_sandbox: Sandbox, stack: str) -> None:
    assert complaints(own_sandbox, stack) == []


def test_a_preview_after_it_plans_nothing_though_debian_has_newer_images(own_sandbox: Sandbox, stack: str) -> None:
    assert "debian-12-" in own_sandbox.run("publish-images").stdout
    own_sandbox.run("pulumi", "preview", "-s", stack, "--expect-no-changes", "--non-interactive")


def test_its_members_stand_in_one_zone_or_any_zone_may_lose_its_network(
    own_sandbox: Sandbox, stack: str, tmp_path: Path
) -> None:
    shown = json.loads(own_sandbox.run("pulumi", "stack", "output", "members", "--json", "-s", stack).stdout)
    zones = {row["address"]: row["zone"] for row in shown}
    assert zones == ZONES[stack]
    addresses = {zone: address for address, zone in zones.items()}
    for zone in addresses if len(addresses) > 1 else ():
        writes_go_on_without(own_sandbox, zone, addresses, tmp_path)


def test_it_is_destroyed_without_leftovers(own_sandbox: Sandbox, stack: str) -> None:
    if LIFT[stack]:
        refused = destroy(own_sandbox, stack, check=False)
        assert refused.returncode != 0
        assert "etcd:deletionProtection is true" in refused.stdout + refused.stderr
        assert own_sandbox.run("status").stdout.count("healthy") == 3, "a refused destroy touched a member"
        settings = [word for key, value in LIFT[stack].items() for word in ("--config", f"{key}={value}")]
        own_sandbox.run("up", "-s", stack, *settings, timeout_seconds=900)
    destroy(own_sandbox, stack)
    left: dict[str, Any] = json.loads(own_sandbox.python(LEFT))
    assert {what: found for what, found in left.items() if found} == {}


def destroy(sandbox: Sandbox, stack: str, *, check: bool = True) -> Any:
    command = ("pulumi", "destroy", "-s", stack, "--yes", "--skip-preview", "--non-interactive")
    return sandbox.run(*command, check=check, timeout_seconds=600)
