"""The engine told to do one thing at a time: nothing waits for what comes later. And the end of what was born so."""

import json

import pytest

from tests.cluster.sandbox import Sandbox

pytestmark = pytest.mark.cluster

LEFT = """
import boto3, json
ec2 = boto3.client("ec2")
live = [{"Name": "instance-state-name", "Values": ["pending", "running", "shutting-down", "stopping", "stopped"]}]
print(json.dumps([
    *[i["InstanceId"] for r in ec2.describe_instances(Filters=live)["Reservations"] for i in r["Instances"]],
    *[v["VolumeId"] for v in ec2.describe_volumes()["Volumes"]],
    *[n["NetworkInterfaceId"] for n in ec2.describe_network_interfaces()["NetworkInterfaces"]],
    *[s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]],
    *[v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"]],
    *[k["KeyName"] for k in ec2.describe_key_pairs()["KeyPairs"]],
]))
"""


def test_a_birth_with_parallel_1(own_sandbox: Sandbox) -> None:
    own_sandbox.run("up", "--parallel", "1", timeout_seconds=600)
    assert own_sandbox.healthy()


def test_destroy_removes_everything_that_the_program_made(own_sandbox: Sandbox) -> None:
    assert json.loads(own_sandbox.python(LEFT)), "the test looks for nothing"
    own_sandbox.pulumi("destroy", "--yes", "--non-interactive")
    assert json.loads(own_sandbox.python(LEFT)) == []
    kept = own_sandbox.exported().get("resources", [])
    assert all(each["type"] == "pulumi:pulumi:Stack" for each in kept)
