"""Rules about data volumes: what their type offers, what encrypts them, and what becomes of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.aws.specs import THROUGHPUT_OF_GP3_MIBPS, VOLUME_LIMITS
from components.settings.errors import ConfigError
from components.settings.rules.cross_field import CrossFieldRules, fault, superfluous

if TYPE_CHECKING:
    from components.settings.model import Settings

joint = CrossFieldRules()


@joint("volumeType", "volumeSizeGib")
def size_fits_the_type(settings: "Settings") -> Iterator[ConfigError]:
    least = VOLUME_LIMITS[settings.volume_type].min_gib
    if settings.volume_size_gib < least:
        rule = f"at least {least} GiB, the smallest {settings.volume_type}"
        yield fault("volumeSizeGib", settings.volume_size_gib, rule, least)


@joint("volumeType", "volumeIops", "volumeSizeGib")
def iops_fit_type_and_size(settings: "Settings") -> Iterator[ConfigError]:
    kind, iops, size = settings.volume_type, settings.volume_iops, settings.volume_size_gib
    limits = VOLUME_LIMITS[kind]
    most = max(limits.min_iops, limits.iops_per_gib * size)
    if not limits.min_iops <= iops <= limits.max_iops:
        rule = f"{limits.min_iops} to {limits.max_iops}, what {kind} offers"
        yield fault("volumeIops", iops, rule, min(max(limits.min_iops, 3_000), most))
    elif iops > most:
        rule = f"at most {limits.iops_per_gib} per GiB: {most} for {size} GiB of {kind}"
        yield fault("volumeIops", iops, rule, most)


@joint("volumeType", "volumeIops", "volumeThroughputMibps")
def throughput_fits_type_and_iops(settings: "Settings") -> Iterator[ConfigError]:
    kind, throughput = settings.volume_type, settings.volume_throughput_mibps
    most = settings.volume_iops // 4
    if kind != "gp3" and throughput != THROUGHPUT_OF_GP3_MIBPS:
        yield superfluous("volumeThroughputMibps", throughput, f"not set with {kind}: its throughput follows its IOPS")
    elif kind == "gp3" and throughput > most:
        rule = f"at most a quarter of etcd:volumeIops: {most} MiB/s for {settings.volume_iops}"
        yield fault("volumeThroughputMibps", throughput, rule, most)


@joint("quotaMib", "volumeSizeGib")
def quota_fits_the_volume(settings: "Settings") -> Iterator[ConfigError]:
    volume_mib = settings.volume_size_gib * 1_024
    if settings.quota_mib >= volume_mib:
        rule = f"less than the volume, {volume_mib} MiB: the write-ahead log needs room too"
        yield fault("quotaMib", settings.quota_mib, rule, volume_mib // 2)


@joint("kmsKeyArn", "aws:region")
def key_is_in_the_region(settings: "Settings") -> Iterator[ConfigError]:
    arn, region = settings.kms_key_arn, settings.region
    if arn and region and arn.split(":")[3] != region:
        rule = f"a key of the region {region}: EBS takes no other"
        yield fault("kmsKeyArn", arn, rule, ":".join([*arn.split(":")[:3], region, *arn.split(":")[4:]]))


@joint("replaceVolumeOf", "clusterName", "size")
def replaced_volume_has_a_member(settings: "Settings") -> Iterator[ConfigError]:
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
def snapshot_needs_a_deletion(settings: "Settings") -> Iterator[ConfigError]:
    if settings.snapshot_on_delete and not settings.delete_data_volumes:
        rule = "not set where etcd:deleteDataVolumes is false: the volumes themselves stay, so none is ever deleted"
        yield superfluous("snapshotOnDelete", "true", rule)
