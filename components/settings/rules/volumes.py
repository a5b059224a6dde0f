"""Rules on data volumes: the limits of their type, their key, their replacement and their deletion."""

from collections.abc import Iterator

from components.aws.specs import THROUGHPUT_OF_GP3_MIBPS, VOLUME_LIMITS
from components.settings.errors import ConfigError, superfluous, wrong_value
from components.settings.model import Settings
from components.settings.rules.cross_field import CrossFieldRules
from components.topology import member_names

rules = CrossFieldRules()


@rules.add
def size_fits_the_type(settings: Settings) -> Iterator[ConfigError]:
    least = VOLUME_LIMITS[settings.volume_type].min_gib
    if settings.volume_size_gib < least:
        rule = f"at least {least} GiB, the smallest {settings.volume_type}"
        yield wrong_value("volumeSizeGib", settings.volume_size_gib, rule, least)


@rules.add
def iops_fit_type_and_size(settings: Settings) -> Iterator[ConfigError]:
    kind, iops, size = settings.volume_type, settings.volume_iops, settings.volume_size_gib
    limits = VOLUME_LIMITS[kind]
    most = max(limits.min_iops, limits.iops_per_gib * size)
    if not limits.min_iops <= iops <= limits.max_iops:
        rule = f"{limits.min_iops} to {limits.max_iops}, what {kind} offers"
        yield wrong_value("volumeIops", iops, rule, min(max(limits.min_iops, 3_000), most))
    elif iops > most:
        rule = f"at most {limits.iops_per_gib} per GiB: {most} for {size} GiB of {kind}"
        yield wrong_value("volumeIops", iops, rule, most)


@rules.add
def throughput_fits_type_and_iops(settings: Settings) -> Iterator[ConfigError]:
    kind, throughput = settings.volume_type, settings.volume_throughput_mibps
    most = settings.volume_iops // 4
    if kind != "gp3" and throughput != THROUGHPUT_OF_GP3_MIBPS:
        yield superfluous("volumeThroughputMibps", throughput, f"not set with {kind}: its throughput follows its IOPS")
    elif kind == "gp3" and throughput > most:
        rule = f"at most a quarter of etcd:volumeIops: {most} MiB/s for {settings.volume_iops}"
        yield wrong_value("volumeThroughputMibps", throughput, rule, most)


@rules.add
def quota_fits_the_volume(settings: Settings) -> Iterator[ConfigError]:
    volume_mib = settings.volume_size_gib * 1_024
    if settings.quota_mib >= volume_mib:
        rule = f"less than the volume, {volume_mib} MiB: the write-ahead log needs room too"
        yield wrong_value("quotaMib", settings.quota_mib, rule, volume_mib // 2)


@rules.add
def key_is_in_the_region(settings: Settings) -> Iterator[ConfigError]:
    arn, region = settings.kms_key_arn, settings.region
    if arn and region and arn.split(":")[3] != region:
        rule = f"a key of the region {region}: EBS takes no other"
        yield wrong_value("kmsKeyArn", arn, rule, ":".join([*arn.split(":")[:3], region, *arn.split(":")[4:]]))


@rules.add
def replaced_volume_has_a_member(settings: Settings) -> Iterator[ConfigError]:
    name = settings.replace_volume_of
    if not name:
        return
    members = member_names(settings.cluster_name, settings.size)
    if settings.size == 1:
        rule = "not set where etcd:size is 1: no other member has the data. Restore a snapshot into another stack"
        yield superfluous("replaceVolumeOf", name, rule)
    elif name not in members:
        rule = f"one of {', '.join(members)}: one member at a time, so that the others keep quorum"
        yield wrong_value("replaceVolumeOf", name, rule, members[0])


@rules.add
def snapshot_needs_a_deletion(settings: Settings) -> Iterator[ConfigError]:
    if settings.snapshot_on_delete and not settings.delete_data_volumes:
        rule = "not set where etcd:deleteDataVolumes is false: the volumes themselves stay"
        yield superfluous("snapshotOnDelete", "true", rule)
