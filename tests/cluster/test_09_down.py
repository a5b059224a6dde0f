"""`destroy` removes all, and `make down` leaves nothing on the machine that ran the sandbox."""

import json
import subprocess
from pathlib import Path

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


def traces(region: Sandbox) -> list[str]:
    """Whatever on this machine carries the region's folder or name."""
    found = []
    for name, command in {
        "process": ["ps", "-eo", "pid,args"],
        "mount": ["cat", "/proc/self/mounts"],
        "loop device": ["losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE"],
        "namespace": ["ip", "netns", "list"],
        "interface": ["ip", "-brief", "link"],
    }.items():
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        found += [
            f"{name}: {line}" for line in lines if str(region.folder) in line or f"etcd-aws-{region.region}-" in line
        ]
    found += [f"control group: {path}" for path in Path("/sys/fs/cgroup").glob(f"*/etcd-aws-{region.region}-*")]
    return found


def test_destroy_removes_everything_that_the_program_made(sandbox: Sandbox) -> None:
    assert json.loads(sandbox.python(LEFT)), "the test looks for nothing"
    assert traces(sandbox), "the test looks for nothing"
    sandbox.pulumi("destroy", "--yes", "--non-interactive")
    assert json.loads(sandbox.python(LEFT)) == []
    assert sandbox.exported().get("resources", []) == [] or all(
        each["type"].startswith("pulumi:") for each in sandbox.exported()["resources"]
    )


def test_down_twice_leaves_nothing(sandbox: Sandbox) -> None:
    sandbox.make("down")
    assert traces(sandbox) == []
    sandbox.make("down")
    kept = {path.name for path in sandbox.folder.iterdir()}
    assert kept <= {"log", "log.before"}, f"down left {kept}"
