"""A region to test against: a client, the machines behind it, and the few resources that most tests start from."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.ec2.recorder import RecordingMachines

ZONE = "us-east-1a"
IMAGE = "ami-0deb12a0000000000"
LAUNCH = {"ImageId": IMAGE, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1}
UNKNOWN = "0123456789abcdef0"
USER_DATA = b"#cloud-config\n{}\n"
PUBLIC_KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB7RGnXcPmhS2YVFGS5LW2ZQsSMBP8v0nXSLWHJvYLxN operator"

Act = Callable[[Any, Any], Any]
"""A call to the API, given the client and what was arranged for it."""


class TestRegion:
    """One test's own VPC in the region; everything is made with the plain API."""

    __test__ = False

    def __init__(self, ec2: Any, machines: RecordingMachines, log: Path) -> None:
        self.ec2 = ec2
        self.machines = machines
        self.log = log
        self.vpc = str(ec2.create_vpc(CidrBlock="192.168.0.0/16")["Vpc"]["VpcId"])
        self.subnet = self.make_subnet()

    def make_subnet(self, cidr: str = "192.168.0.0/24", zone: str = ZONE) -> str:
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=zone)
        return str(subnet["Subnet"]["SubnetId"])

    def make_group(self, name: str = "members") -> str:
        return str(self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"])

    def make_interface(self, address: str = "192.168.0.100", **more: Any) -> str:
        interface = self.ec2.create_network_interface(SubnetId=self.subnet, PrivateIpAddress=address, **more)
        return str(interface["NetworkInterface"]["NetworkInterfaceId"])

    def make_volume(self, size: int = 4, zone: str = ZONE) -> str:
        return str(self.ec2.create_volume(Size=size, AvailabilityZone=zone, VolumeType="gp3")["VolumeId"])

    def run(self, interface: str | None = None, **more: Any) -> str:
        """RunInstances on an interface; returns the ID without waiting."""
        if "NetworkInterfaces" not in more and "SubnetId" not in more:
            interface = interface or self.make_interface()
            more["NetworkInterfaces"] = [{"DeviceIndex": 0, "NetworkInterfaceId": interface}]
        return str(self.ec2.run_instances(**{**LAUNCH, **more})["Instances"][0]["InstanceId"])

    def running(self, interface: str | None = None, **more: Any) -> str:
        instance = self.run(interface, **more)
        self.wait_state(instance, "running")
        return instance

    def stopped(self) -> str:
        instance = self.running()
        self.ec2.stop_instances(InstanceIds=[instance])
        self.wait_state(instance, "stopped")
        return instance

    def terminated(self) -> str:
        instance = self.running()
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.wait_state(instance, "terminated")
        return instance

    def attached(self) -> tuple[str, str]:
        """A running instance and a volume attached to it as /dev/sdf."""
        instance, volume = self.running(), self.make_volume()
        self.ec2.attach_volume(InstanceId=instance, VolumeId=volume, Device="/dev/sdf")
        self.wait_attachment(volume, "attached")
        return instance, volume

    def instance(self, instance_id: str) -> dict[str, Any]:
        found = self.ec2.describe_instances(InstanceIds=[instance_id])
        return dict(found["Reservations"][0]["Instances"][0])

    def state(self, instance_id: str) -> str:
        return str(self.instance(instance_id)["State"]["Name"])

    def attachment(self, volume_id: str) -> str:
        attachments = self.ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]["Attachments"]
        return str(attachments[0]["State"]) if attachments else "none"

    def wait_state(self, instance_id: str, state: str) -> None:
        wait(lambda: self.state(instance_id) == state, f"{instance_id} to be {state}")

    def wait_attachment(self, volume_id: str, state: str) -> None:
        wait(lambda: self.attachment(volume_id) == state, f"the attachment of {volume_id} to be {state}")


def wait(done: Callable[[], bool], what: str, timeout_seconds: float = 5) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {timeout_seconds} s for {what}"
        time.sleep(0.005)


def call(operation: str, *parameters: str, **fixed: Any) -> Act:
    """A call whose named parameters are what was arranged, in order."""

    def act(ec2: Any, arranged: Any) -> Any:
        values = arranged if isinstance(arranged, tuple) else (arranged,)
        return getattr(ec2, operation)(**dict(zip(parameters, values, strict=False)), **fixed)

    return act


def call_on(operation: str, parameter: str) -> Act:
    """A call that takes a list, of which the only element is what was arranged."""
    return lambda ec2, arranged: getattr(ec2, operation)(**{parameter: [arranged]})
