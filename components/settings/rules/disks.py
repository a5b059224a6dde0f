"""Rules about data volumes: what their type offers, what encrypts them, and what becomes of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.aws.hardware import LIMITS, THROUGHPUT_OF_GP3_MIBPS
from components.settings.faults import Fault
from components.settings.rules.joint import JointRules, fault, superfluous

if TYPE_CHECKING:
    from components.settings.model import Settings

joint = JointRules()


@joint("volumeType", "volumeSizeGib")
def size_fits_the_type(settings: "Settings") -> Iterator[Fault]:
    least = LIMITS[settings.volume_type].least_gib
    if settings.volume_size_gib < least:
        rule = f"at least {least} GiB, the smallest {settings.volume_type}"
        yield fault("volumeSizeGib", settings.volume_size_gib, rule, least)


@joint("volumeType", "volumeIops", "volumeSizeGib")
def iops_fit_type_and_size(settings: "Settings") -> Iterator[Fault]:
    kind, iops, size = settings.volume_type, settings.volume_iops, settings.volume_size_gib
    limits = LIMITS[kind]
    most = max(limits.least_iops, limits.iops_per_gib * size)
    if not limits.least_iops <= iops <= limits.most_iops:
        rule = f"{limits.least_iops} to {limits.most_iops}, what {kind} offers"
        yield fault("volumeIops", iops, rule, min(max(limits.least_iops, 3_000), most))
    elif iops > most:
        rule = f"at most {limits.iops_per_gib} per GiB: {most} for {size} GiB of {kind}"
        yield fault("volumeIops", iops, rule, most)


@joint("volumeType", "volumeIops", "volumeThroughputMibps")
def throughput_fits_type_and_iops(settings: "Settings") -> Iterator[Fault]:
    kind, throughput = settings.volume_type, settings.volume_throughput_mibps
    most = settings.volume_iops // 4
    if kind != "gp3" and throughput != THROUGHPUT_OF_GP3_MIBPS:
        yield superfluous("volumeThroughputMibps", throughput, f"not set with {kind}: its throughput follows its IOPS")
    elif kind == "gp3" and throughput > most:
        rule = f"at most a quarter of etcd:volumeIops: {most} MiB/s for {settings.volume_iops}"
        yield fault("volumeThroughputMibps", throughput, rule, most)


@joint("quotaMib", "volumeSizeGib")
def quota_fits_the_volume(settings: "Settings") -> Iterator[Fault]:
    volume_mib = settings.volume_size_gib * 1_024
    if settings.quota_mib >= volume_mib:
        rule = f"less than the volume, {volume_mib} MiB: the write-ahead log needs room too"
        yield fault("quotaMib", settings.quota_mib, rule, volume_mib // 2)


@joint("kmsKeyArn", "aws:region")
def key_is_in_the_region(settings: "Settings") -> Iterator[Fault]:
    arn, region = settings.kms_key_arn, settings.region
    if arn and region and arn.split(":")[3] != region:
        rule = f"a key of the region {region}: EBS takes no other"
        yield fault("kmsKeyArn", arn, rule, ":".join([*arn.split(":")[:3], region, *arn.split(":")[4:]]))


@joint("replaceVolumeOf", "clusterName", "size")
def replaced_volume_has_a_member(settings: "Settings") -> Iterator[Fault]:
    names = [f"{settings.cluster_name}-{number}" for number in range(1, settings.size + 1)]
    if settings.replace_volume_of and settings.size == 1:
        rule = (
            "not set where etcd:size is 1: nobody else has the data. Save a snapshot, and restore it into another stack"
        )
        yield superfluous("replaceVolumeOf", settings.replace_volume_of, rule)
    elif settings.replace_volume_of and settings.replace_volume_of not in names:
        rule = f"one of {', '.join(names)}: one member at a time, so that the others keep quorum"
        yield fault("replaceVolumeOf", settings.replace_volume_of, rule, names[0])


@joint("snapshotOnDelete", "deleteDataVolumes")
def snapshot_needs_a_deletion(settings: "Settings") -> Iterator[Fault]:
    if settings.snapshot_on_delete and not settings.delete_data_volumes:
        rule = "not set where etcd:deleteDataVolumes is false: the volumes themselves stay, so none is ever deleted"
        yield superfluous("snapshotOnDelete", "true", rule)
