"""An instance's life: what the API says at each step, and what its machine was told."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.ec2.region import PUBLIC_KEY, USER_DATA, TestRegion, wait


def test_run_boots_a_machine_from_what_the_request_says(region: TestRegion) -> None:
    region.ec2.import_key_pair(KeyName=region.vpc, PublicKeyMaterial=PUBLIC_KEY)
    interface = region.make_interface("192.168.0.101")
    instance = region.running(interface, KeyName=region.vpc, UserData=USER_DATA.decode())
    facts = region.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    spec = region.machines.specs[instance]
    assert spec.address == "192.168.0.101"
    assert spec.name == "ip-192-168-0-101"
    assert spec.mac == facts["MacAddress"]
    assert spec.subnet_id == region.subnet
    assert spec.user_data == USER_DATA
    assert list(spec.authorized_keys) == [PUBLIC_KEY.decode()]
    assert facts["Attachment"]["InstanceId"] == instance


def test_run_answers_before_the_machine_runs(region: TestRegion) -> None:
    gate = region.machines.hold("run")
    instance = region.run()
    assert region.state(instance) == "pending"
    gate.set()
    region.wait_state(instance, "running")


def test_a_failed_launch_terminates_the_instance_and_frees_what_it_held(region: TestRegion) -> None:
    region.machines.failing.add("run")
    interface = region.make_interface()
    instance = region.run(interface)
    region.wait_state(instance, "terminated")
    assert "run was told to fail" in region.instance(instance)["StateReason"]["Message"]
    region.ec2.delete_network_interface(NetworkInterfaceId=interface)


@pytest.mark.parametrize(
    ("origin", "call", "transient", "end"),
    [("running", "stop", "stopping", "stopped"), ("stopped", "start", "pending", "running")],
)
def test_a_change_of_state_is_seen_under_way(
    region: TestRegion, origin: str, call: str, transient: str, end: str
) -> None:
    instance = getattr(region, origin)()
    gate = region.machines.hold(call)
    getattr(region.ec2, f"{call}_instances")(InstanceIds=[instance])
    assert region.state(instance) == transient
    gate.set()
    region.wait_state(instance, end)


def test_stop_and_start_keep_interface_address_and_volume(region: TestRegion) -> None:
    instance, volume = region.attached()
    before = region.instance(instance)
    region.ec2.stop_instances(InstanceIds=[instance])
    region.wait_state(instance, "stopped")
    region.ec2.start_instances(InstanceIds=[instance])
    region.wait_state(instance, "running")
    after = region.instance(instance)
    assert after["PrivateIpAddress"] == before["PrivateIpAddress"]
    assert after["BlockDeviceMappings"] == before["BlockDeviceMappings"]
    assert region.attachment(volume) == "attached"


def test_reboot_reaches_the_machine(region: TestRegion) -> None:
    instance = region.running()
    region.ec2.reboot_instances(InstanceIds=[instance])
    wait(lambda: ("reboot", instance) in region.machines.calls, "the reboot")
    assert region.state(instance) == "running"


def test_a_machine_that_died_is_seen_as_stopped_until_it_is_back(region: TestRegion) -> None:
    instance = region.running()
    region.machines.states[instance] = "stopped"
    facts = region.instance(instance)
    assert facts["State"]["Name"] == "stopped"
    assert facts["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    region.machines.states[instance] = "running"
    assert region.state(instance) == "running"


def test_a_machine_that_shuts_itself_down_ends_the_instance_where_asked(region: TestRegion) -> None:
    instance = region.running(InstanceInitiatedShutdownBehavior="terminate")
    region.machines.states[instance] = "stopped"
    region.wait_state(instance, "terminated")


def test_a_machine_that_will_not_start_leaves_the_instance_stopped(region: TestRegion) -> None:
    instance = region.stopped()
    region.machines.failing.add("start")
    region.ec2.start_instances(InstanceIds=[instance])
    region.wait_state(instance, "stopped")
    assert "start was told to fail" in region.instance(instance)["StateReason"]["Message"]


def test_termination_frees_the_interface_and_detaches_the_volume(region: TestRegion) -> None:
    interface = region.make_interface()
    instance, volume = region.running(interface), region.make_volume()
    region.ec2.attach_volume(InstanceId=instance, VolumeId=volume, Device="/dev/sdf")
    gate = region.machines.hold("terminate")
    region.ec2.terminate_instances(InstanceIds=[instance])
    assert region.state(instance) == "shutting-down"
    gate.set()
    region.wait_state(instance, "terminated")
    facts = region.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    assert facts["Status"] == "available"
    assert "Attachment" not in facts
    assert region.attachment(volume) == "none"
    assert volume in region.machines.disks
    replacement = region.running(interface)
    assert region.instance(replacement)["PrivateIpAddress"] == "192.168.0.100"


def test_termination_deletes_what_the_instance_brought_along(region: TestRegion) -> None:
    request: dict[str, Any] = {
        "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": region.subnet, "AssociatePublicIpAddress": True}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 2}}],
    }
    instance = region.running(**request)
    facts = region.instance(instance)
    assert facts["PublicIpAddress"].startswith("203.0.113.")
    (disk,) = region.machines.disks
    assert dict(region.machines.specs[instance].volumes) == {"/dev/sdf": disk}
    region.ec2.terminate_instances(InstanceIds=[instance])
    region.wait_state(instance, "terminated")
    assert not region.machines.disks
    region.ec2.delete_subnet(SubnetId=region.subnet)


def test_user_data_and_type_change_once_stopped(region: TestRegion) -> None:
    instance = region.stopped()
    region.ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.medium"})
    region.ec2.modify_instance_attribute(InstanceId=instance, UserData={"Value": USER_DATA})
    assert region.instance(instance)["InstanceType"] == "t3.medium"
    found = region.ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")
    assert base64.b64decode(found["UserData"]["Value"]) == USER_DATA


def test_protection_is_kept_and_can_be_lifted(region: TestRegion) -> None:
    instance = region.running(DisableApiTermination=True)
    with pytest.raises(ClientError, match="may not be terminated"):
        region.ec2.terminate_instances(InstanceIds=[instance])
    region.ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    region.ec2.terminate_instances(InstanceIds=[instance])
    region.wait_state(instance, "terminated")


def test_groups_of_an_instance_are_those_of_its_interface(region: TestRegion) -> None:
    first, second = region.make_group("first"), region.make_group("second")
    interface = region.make_interface(Groups=[first])
    instance = region.running(interface)
    assert [group["GroupId"] for group in region.instance(instance)["SecurityGroups"]] == [first]
    region.ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[second])
    assert [group["GroupId"] for group in region.instance(instance)["SecurityGroups"]] == [second]


def test_console_is_the_machines(region: TestRegion) -> None:
    instance = region.running()
    output: dict[str, Any] = region.ec2.get_console_output(InstanceId=instance)
    assert output["Output"] == f"console of {instance}\n"
