"""Arguments of the cluster, made from the settings."""

from pathlib import Path

from components.aws.specs import (
    BastionSpec,
    DataVolumeSpec,
    ExistingVpc,
    IngressSpec,
    InstanceSpec,
    NewVpc,
    Sources,
    SshKeySpec,
    architecture_of,
)
from components.cluster import EtcdClusterArgs
from components.etcd.certificates import Lifetimes
from components.etcd.config import Tuning
from components.etcd.release import Release, release
from components.settings.model import Settings
from components.settings.placement import bastion_subnet, subnets, topology, zones


def cluster_args(settings: Settings, tarball: Path) -> EtcdClusterArgs:
    """All arguments of the cluster. `tarball` is the verified file of `chosen_release`."""
    return EtcdClusterArgs(
        topology=topology(settings),
        vpc=vpc(settings),
        ingress=ingress(settings),
        instance=instance(settings),
        volume=data_volume(settings),
        kms_key_arn=settings.kms_key_arn,
        replace_volume_of=settings.replace_volume_of,
        release=chosen_release(settings),
        tarball=tarball,
        tuning=tuning(settings),
        mount_point=settings.data_directory,
        lifetimes=lifetimes(settings),
        replace_machines=settings.replace_machines,
        deletion_protection=settings.deletion_protection,
        ssh_keys=ssh_keys(settings),
        bastion=bastion(settings),
        tags=settings.tags,
    )


def chosen_release(settings: Settings) -> Release:
    architecture = architecture_of(settings.instance_type)
    return release(settings.etcd_version, architecture, settings.release_url, settings.release_sha256)


def vpc(settings: Settings) -> NewVpc | ExistingVpc:
    if settings.vpc_id:
        by_zone = dict(zip(zones(settings), settings.subnet_ids, strict=True))
        return ExistingVpc(vpc_id=settings.vpc_id, subnets=by_zone)
    return NewVpc(cidr=settings.vpc_cidr, subnets=subnets(settings))


def ingress(settings: Settings) -> IngressSpec:
    return IngressSpec(
        operator_cidrs=() if settings.access == "bastion" else settings.operator_cidrs,
        clients=Sources(cidrs=settings.client_cidrs, security_group_ids=settings.client_security_group_ids),
        metrics=Sources(cidrs=settings.metrics_cidrs, security_group_ids=settings.metrics_security_group_ids),
        description=settings.description,
    )


def instance(settings: Settings) -> InstanceSpec:
    return InstanceSpec(
        architecture=architecture_of(settings.instance_type),
        instance_type=settings.instance_type,
        detailed_monitoring=settings.detailed_monitoring,
        auto_recovery=settings.auto_recovery,
    )


def data_volume(settings: Settings) -> DataVolumeSpec:
    return DataVolumeSpec(
        type=settings.volume_type,
        size_gib=settings.volume_size_gib,
        iops=settings.volume_iops,
        throughput_mibps=settings.volume_throughput_mibps if settings.volume_type == "gp3" else None,
        delete=settings.delete_data_volumes,
        snapshot_on_delete=settings.snapshot_on_delete,
    )


def bastion(settings: Settings) -> BastionSpec | None:
    if settings.access == "private":
        return None
    return BastionSpec(
        operator_cidrs=settings.operator_cidrs,
        subnet_cidr=bastion_subnet(settings),
        zone=zones(settings)[0],
        instance_type=settings.bastion_instance_type,
        architecture=architecture_of(settings.bastion_instance_type),
    )


def ssh_keys(settings: Settings) -> SshKeySpec:
    return SshKeySpec(generation=settings.ssh_key_generation, own_public_key=settings.ssh_public_key)


def tuning(settings: Settings) -> Tuning:
    return Tuning(
        heartbeat_milliseconds=settings.heartbeat_milliseconds,
        election_milliseconds=settings.election_milliseconds,
        quota_mib=settings.quota_mib,
        auto_compaction_retention=settings.auto_compaction_retention,
        snapshot_count=settings.snapshot_count or None,
    )


def lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        validity_days=settings.certificate_validity_days,
        renewal_days=settings.certificate_renewal_days,
        ca_validity_days=settings.ca_validity_days,
    )
