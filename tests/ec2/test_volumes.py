"""Volumes as disks of machines: attached in the background, and detached only once nothing uses them."""

from __future__ import annotations

import pytest

from tests.ec2.region import TestRegion, wait


def test_a_volume_is_a_disk_of_its_size(region: TestRegion) -> None:
    volume = region.make_volume(size=7)
    assert region.machines.disks == {volume: 7}
    region.ec2.delete_volume(VolumeId=volume)
    assert region.machines.disks == {}


def test_an_attachment_is_seen_under_way(region: TestRegion) -> None:
    instance, volume = region.running(), region.make_volume()
    gate = region.machines.hold("attach")
    region.ec2.attach_volume(InstanceId=instance, VolumeId=volume, Device="/dev/sdf")
    assert region.attachment(volume) == "attaching"
    gate.set()
    region.wait_attachment(volume, "attached")
    assert ("attach", instance, volume, "/dev/sdf") in region.machines.calls
    assert region.instance(instance)["BlockDeviceMappings"][1]["Ebs"]["Status"] == "attached"


def test_a_failed_attachment_leaves_the_volume_free(region: TestRegion) -> None:
    instance, volume = region.running(), region.make_volume()
    region.machines.failing.add("attach")
    region.ec2.attach_volume(InstanceId=instance, VolumeId=volume, Device="/dev/sdf")
    region.wait_attachment(volume, "none")
    assert len(region.instance(instance)["BlockDeviceMappings"]) == 1


def test_a_mounted_volume_stays_detaching_until_it_is_unmounted(region: TestRegion) -> None:
    instance, volume = region.attached()
    region.machines.mounts.add(volume)
    region.ec2.detach_volume(InstanceId=instance, VolumeId=volume)
    assert region.attachment(volume) == "detaching"
    region.ec2.reboot_instances(InstanceIds=[instance])
    wait(lambda: ("reboot", instance) in region.machines.calls, "a job behind the detachment that waits")
    assert region.attachment(volume) == "detaching"
    region.machines.mounts.discard(volume)
    region.wait_attachment(volume, "none")
    assert ("detach", instance, volume) in region.machines.calls


def test_a_mounted_volume_detaches_when_the_machine_stops(region: TestRegion) -> None:
    instance, volume = region.attached()
    region.machines.mounts.add(volume)
    region.ec2.detach_volume(InstanceId=instance, VolumeId=volume)
    region.ec2.stop_instances(InstanceIds=[instance])
    region.wait_attachment(volume, "none")
    names = [call[0] for call in region.machines.calls]
    assert names.index("stop") < names.index("detach")


def test_a_mounted_volume_is_free_after_termination(region: TestRegion) -> None:
    instance, volume = region.attached()
    region.machines.mounts.add(volume)
    region.ec2.detach_volume(InstanceId=instance, VolumeId=volume)
    region.ec2.terminate_instances(InstanceIds=[instance])
    region.wait_state(instance, "terminated")
    assert region.attachment(volume) == "none"
    region.ec2.delete_volume(VolumeId=volume)


def test_a_stopped_machine_takes_volumes_and_gives_them_back(region: TestRegion) -> None:
    instance, volume = region.stopped(), region.make_volume()
    region.ec2.attach_volume(InstanceId=instance, VolumeId=volume, Device="/dev/sdf")
    region.wait_attachment(volume, "attached")
    region.ec2.detach_volume(InstanceId=instance, VolumeId=volume)
    region.wait_attachment(volume, "none")


def test_the_root_volume_is_described_but_no_disk(region: TestRegion) -> None:
    root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 9, "VolumeType": "gp3", "Encrypted": True}}
    instance = region.running(BlockDeviceMappings=[root])
    (mapping,) = region.instance(instance)["BlockDeviceMappings"]
    volume = region.ec2.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"][0]
    assert mapping["DeviceName"] == region.instance(instance)["RootDeviceName"]
    assert (volume["Size"], volume["Iops"], volume["Throughput"], volume["Encrypted"]) == (9, 3000, 125, True)
    assert region.machines.disks == {}


def test_type_and_iops_change_in_place(region: TestRegion) -> None:
    volume = region.make_volume()
    region.ec2.modify_volume(VolumeId=volume, VolumeType="gp3", Iops=4000, Throughput=250)
    modification = region.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][0]
    assert modification["ModificationState"] == "completed"
    facts = region.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]
    assert (facts["Iops"], facts["Throughput"]) == (4000, 250)


def test_an_attached_volume_grows_in_place_and_never_shrinks(region: TestRegion) -> None:
    _, volume = region.attached()
    region.ec2.modify_volume(VolumeId=volume, Size=8)
    assert region.machines.disks[volume] == 8
    assert region.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Size"] == 8
    modification = region.ec2.describe_volumes_modifications(VolumeIds=[volume])["VolumesModifications"][0]
    assert (modification["OriginalSize"], modification["TargetSize"]) == (4, 8)
    with pytest.raises(region.ec2.exceptions.ClientError, match="cannot be smaller"):
        region.ec2.modify_volume(VolumeId=volume, Size=4)
    assert region.attachment(volume) == "attached"


def test_volumes_and_their_snapshots_keep_the_key_that_encrypts_them(region: TestRegion) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-96ef-1234567890ab"
    root = {
        "DeviceName": "/dev/xvda",
        "Ebs": {"VolumeSize": 9, "VolumeType": "gp3", "Encrypted": True, "KmsKeyId": key},
    }
    instance = region.running(BlockDeviceMappings=[root])
    of_root = region.instance(instance)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    made = region.ec2.create_volume(
        Size=4, AvailabilityZone="us-east-1a", VolumeType="gp3", Encrypted=True, KmsKeyId=key
    )
    volumes = region.ec2.describe_volumes(VolumeIds=[of_root, made["VolumeId"]])["Volumes"]
    assert [each["KmsKeyId"] for each in volumes] == [key, key]
    snapshot = region.ec2.create_snapshot(VolumeId=made["VolumeId"])["SnapshotId"]
    region.ec2.delete_volume(VolumeId=made["VolumeId"])
    (kept,) = region.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert (kept["Encrypted"], kept["KmsKeyId"], kept["State"]) == (True, key, "completed")
