"""Disks and their keys, and what protection protects, in the resources that the program registers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.aws.preflight.kms import unusable
from components.cluster import EtcdCluster, EtcdClusterArgs
from components.settings import args
from components.settings.validate import parse
from tests.unit.bad_disks import KEY
from tests.unit.clusters import LONE, MEMBERS, arguments
from tests.unit.recording import Provider, Recorder, record, rerun_on
from tests.unit.refusals import GOOD

OWN_KEY = "arn:aws:kms:us-east-1:111122223333:key/etcd-volumes-key"

pytestmark = pytest.mark.unit


def cluster(given: EtcdClusterArgs) -> Recorder:
    return record(lambda: EtcdCluster("etcd", given))


def changed(given: EtcdClusterArgs, **volume: Any) -> EtcdClusterArgs:
    return replace(given, volume=replace(given.volume, **volume))


def keys_of_volumes(made: Recorder) -> set[str]:
    """The keys of all data and root volumes."""
    data = {made[name].inputs["kmsKeyId"] for name in made.names("volume:Volume")}
    return data | {made[name].inputs["rootBlockDevice"]["kmsKeyId"] for name in made.names("instance:Instance")}


def test_a_cluster_has_a_key_of_its_own_that_rotates_and_encrypts_every_volume(plain_cluster: Recorder) -> None:
    made = plain_cluster
    key = made["etcd-volumes-key"]
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 30
    assert made["etcd-volumes-alias"].inputs["name"] == "alias/etcd-aws/etcd/test/etcd"
    assert keys_of_volumes(made) == {OWN_KEY}


@pytest.mark.parametrize(
    ("volume", "kept"),
    [
        ({"delete": False}, True),
        ({"delete": True}, False),
        ({"delete": True, "snapshot_on_delete": True}, True),
    ],
)
def test_the_key_outlives_the_stack_wherever_volumes_or_snapshots_do(
    tarball: Path, volume: dict[str, Any], kept: bool
) -> None:
    """Data whose key is deleted is deleted."""
    made = cluster(changed(arguments(tarball, topology=LONE), **volume))
    assert made["etcd-volumes-key"].options.retainOnDelete is kept
    assert made["etcd-volume-etcd-1"].options.retainOnDelete is not volume["delete"]
    assert made["etcd-volume-etcd-1"].inputs["finalSnapshot"] is volume.get("snapshot_on_delete", False)


def test_a_given_key_encrypts_every_volume_and_none_is_made(tarball: Path) -> None:
    made = cluster(arguments(tarball, topology=LONE, kms_key_arn=KEY))
    assert keys_of_volumes(made) == {KEY}
    assert not made.names("kms/key:Key")


@pytest.mark.parametrize(
    ("state", "usage", "spec", "told"),
    [
        ("Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", None),
        ("PendingDeletion", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "PendingDeletion"),
        ("Disabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Disabled"),
        ("Enabled", "SIGN_VERIFY", "RSA_2048", "SIGN_VERIFY"),
        ("Enabled", "ENCRYPT_DECRYPT", "RSA_2048", "RSA_2048"),
    ],
)
def test_a_key_that_cannot_encrypt_volumes_is_refused(state: str, usage: str, spec: str, told: str | None) -> None:
    reason = unusable(state, usage, spec)
    assert (reason is None) if told is None else (told in str(reason))


def test_the_program_looks_at_a_given_key_before_it_makes_anything(
    tarball: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Provider.call

    def disabled(self: Provider, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        return {**call(self, args), "keyState": "Disabled"}

    monkeypatch.setattr(Provider, "call", disabled)
    with pytest.raises(pulumi.RunError, match="its state is Disabled"):
        cluster(replace(arguments(tarball), kms_key_arn=KEY))


def test_only_the_named_member_may_get_an_empty_volume_for_another_key(tarball: Path) -> None:
    made = cluster(arguments(tarball, kms_key_arn=KEY, replace_volume_of="etcd-2"))
    asked = {member: rerun_on(made[f"etcd-check-peers-{member}"], "disruptive_inputs") for member in MEMBERS}
    assert len(set(asked.values())) == 2
    for member in MEMBERS:
        named = member == "etcd-2"
        assert ("kmsKeyId" in made[f"etcd-volume-{member}"].options.ignoreChanges) is not named
        assert ("rootBlockDevice.kmsKeyId" in made[f"etcd-instance-{member}"].options.ignoreChanges) is not named
        assert (asked[member] != asked["etcd-1"]) is named, "its machine is replaced too: check the peers"


@pytest.mark.parametrize("protected", [True, False])
def test_protection_is_on_machines_addresses_volumes_and_their_key(tarball: Path, protected: bool) -> None:
    made = cluster(arguments(tarball, topology=LONE, deletion_protection=protected))
    assert made["etcd-volumes-key"].options.protect is protected
    for role in ("instance", "network-interface", "volume"):
        assert made[f"etcd-{role}-etcd-1"].options.protect is protected, role
    instance = made["etcd-instance-etcd-1"].inputs
    assert instance["disableApiTermination"] is protected
    assert instance["forceDestroy"] is True, "a replacement would detach the volume and then fail to terminate"


def test_io2_has_no_throughput_of_its_own(tarball: Path) -> None:
    volume = args.data_volume(parse({**GOOD, "volumeType": "io2", "volumeIops": "8000"}))
    made = cluster(arguments(tarball, topology=LONE, volume=volume))
    inputs = made["etcd-volume-etcd-1"].inputs
    assert (inputs["type"], inputs["iops"], "throughput" in inputs) == ("io2", 8000, False)


def test_every_machine_has_a_profile_that_permits_nothing(plain_cluster: Recorder) -> None:
    made = plain_cluster
    for member in MEMBERS:
        assert made[f"etcd-instance-{member}"].inputs["iamInstanceProfile"] == "etcd-member-profile"
    role = made["etcd-member-role"].inputs
    assert "ec2.amazonaws.com" in role["assumeRolePolicy"]
    assert not {"inlinePolicies", "managedPolicyArns"} & set(role)
    assert not made.names("RolePolicy") | made.names("RolePolicyAttachment")


def test_monitoring_and_recovery_are_as_chosen(tarball: Path, plain_cluster: Recorder) -> None:
    given = arguments(tarball, topology=LONE)
    chosen = cluster(replace(given, instance=replace(given.instance, detailed_monitoring=True, auto_recovery=False)))
    for made, monitoring, recovery in ((plain_cluster, False, "default"), (chosen, True, "disabled")):
        instance = made["etcd-instance-etcd-1"].inputs
        assert (instance["monitoring"], instance["maintenanceOptions"]) == (monitoring, {"autoRecovery": recovery})


def test_a_filesystem_follows_its_volume_before_the_next_member_is_touched(plain_cluster: Recorder) -> None:
    made = plain_cluster
    for member in MEMBERS:
        grow = made[f"etcd-resize-filesystem-{member}"]
        assert "create" not in grow.inputs, "mkfs takes the whole volume"
        assert "size_gib=20\n" in grow.inputs["stdin"]
        assert f"etcd-mount-{member}" in made.depends_on(f"etcd-resize-filesystem-{member}")
        assert f"etcd-resize-filesystem-{member}" in made.depends_on(f"etcd-start-{member}")


def test_a_key_that_does_not_exist_is_told_with_its_setting(tarball: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(**_: object) -> None:
        raise RuntimeError("reading KMS Key (arn): couldn't find resource")

    monkeypatch.setattr(aws.kms, "get_key", unknown)
    with pytest.raises(pulumi.RunError, match=f"etcd:kmsKeyArn {KEY}: there is no such key"):
        cluster(replace(arguments(tarball), kms_key_arn=KEY))
