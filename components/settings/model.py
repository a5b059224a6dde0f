"""The settings of a stack, and what follows from them. Pure.

Defaults stand here and in Pulumi.yaml alike: the engine fills them in for the program, and a test compares the two.
"""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from components.aws.specs import (
    BastionSpec,
    DataVolumeSpec,
    ExistingVpc,
    IngressSpec,
    InstanceSpec,
    NewVpc,
    Sources,
    SshKeySpec,
)
from components.etcd.config import Tuning
from components.etcd.release import OFFICIAL_URL, Release, architecture_of, release
from components.settings import types
from components.settings.errors import ConfigError, Rule, SettingsError, from_validation, redacted, top_key
from components.settings.networks import last_subnet
from components.settings.rules import etcd, network, sources, ssh, volumes, vpc
from components.settings.warnings import warnings
from components.topology import Topology, build, default_addresses, zone_subnets


class Settings(BaseModel):
    """One stack's configuration, checked. Made by `parse` alone, which also checks what joins several settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    region: types.Region = Field("", alias="aws:region")
    cluster_name: types.ClusterName = "etcd"
    size: types.Size = 3
    addresses: types.Addresses = ()
    vpc_cidr: types.VpcCidr = "192.168.0.0/16"
    subnet_cidr: types.SubnetCidr = "192.168.0.0/24"
    vpc_id: types.VpcId = ""
    subnet_ids: types.SubnetIds = ()
    availability_zone: types.Zone = ""
    multi_az: types.Flag = False
    availability_zones: types.Zones = ()
    access: types.Access = "private"
    operator_cidrs: types.SourceCidrs = ()
    client_cidrs: types.SourceCidrs = ()
    client_security_group_ids: types.SecurityGroupIds = ()
    metrics_cidrs: types.SourceCidrs = ()
    metrics_security_group_ids: types.SecurityGroupIds = ()
    bastion_subnet_cidr: types.OptionalCidr = ""
    bastion_instance_type: types.InstanceType = "t4g.nano"
    ssh_public_key: types.SshPublicKey = ""
    ssh_key_generation: types.KeyGeneration = 1
    instance_type: types.InstanceType = "m7i.large"
    replace_machines: types.MemberNames = ()
    volume_type: types.VolumeType = "gp3"
    volume_size_gib: types.VolumeSizeGib = 20
    volume_iops: types.VolumeIops = 3_000
    volume_throughput_mibps: types.VolumeThroughput = 125
    kms_key_arn: types.KmsKeyArn = ""
    replace_volume_of: types.MemberName = ""
    detailed_monitoring: types.Flag = False
    auto_recovery: types.Flag = True
    etcd_version: types.EtcdVersion = "3.5.11"
    release_file: types.ReleaseFile = ""
    release_sha256: types.Sha256 = ""
    release_url: types.ReleaseUrl = OFFICIAL_URL
    heartbeat_milliseconds: types.Heartbeat = 100
    election_milliseconds: types.Election = 1_000
    quota_mib: types.QuotaMib = 2_048
    auto_compaction_retention: types.Retention = "1h"
    snapshot_count: types.SnapshotCount = 100_000
    data_directory: types.DataDirectory = "/var/lib/etcd"
    certificate_validity_days: types.ValidityDays = 365
    certificate_renewal_days: types.RenewalDays = 30
    ca_validity_days: types.AuthorityDays = 3_650
    delete_data_volumes: types.Flag = False
    snapshot_on_delete: types.Flag = False
    deletion_protection: types.Flag = False
    tags: types.Tags = {}
    description: types.Description = "etcd cluster"

    @classmethod
    def parse(cls, values: Mapping[str, object], secret_keys: frozenset[str] = frozenset()) -> Self:
        """Checks everything and raises one SettingsError with every fault, or returns sound settings.

        `values` has configuration keys without `etcd:`, and `aws:region`.
        """
        texts, faults = _rules(), list[ConfigError]()
        try:
            settings = cls.model_validate(dict(values))
        except ValidationError as error:
            faults = from_validation(error, texts)
            refused = {top_key(fault.key) for fault in faults}
            # Defaults stand in for what is refused, so that the rest is checked in the same run.
            settings = cls.model_validate({key: value for key, value in values.items() if key not in refused})
        refused = {top_key(fault.key) for fault in faults}
        for module in (network, vpc, sources, ssh, volumes, etcd):
            faults += module.joint.faults(settings, refused)
        if faults:
            faults.sort(key=lambda fault: fault.key)
            raise SettingsError(redacted(faults, texts, secret_keys))
        return settings

    @property
    def zones(self) -> tuple[str, ...]:
        if self.multi_az:
            return self.availability_zones or tuple(f"{self.region}{letter}" for letter in "abc")
        return (self.availability_zone or f"{self.region}a",)

    @property
    def subnets(self) -> dict[str, str]:
        """The address range of each zone's subnet, in a VPC that the program makes."""
        return zone_subnets(self.subnet_cidr, self.zones)

    @property
    def vpc(self) -> NewVpc | ExistingVpc:
        if self.vpc_id:
            return ExistingVpc(vpc_id=self.vpc_id, subnets=dict(zip(self.zones, self.subnet_ids, strict=True)))
        return NewVpc(cidr=self.vpc_cidr, subnets=self.subnets)

    @property
    def ingress(self) -> IngressSpec:
        return IngressSpec(
            operator_cidrs=() if self.bastion else self.operator_cidrs,
            clients=Sources(cidrs=self.client_cidrs, security_group_ids=self.client_security_group_ids),
            metrics=Sources(cidrs=self.metrics_cidrs, security_group_ids=self.metrics_security_group_ids),
            description=self.description,
        )

    @property
    def instance(self) -> InstanceSpec:
        return InstanceSpec(
            architecture=self.architecture,
            instance_type=self.instance_type,
            detailed_monitoring=self.detailed_monitoring,
            auto_recovery=self.auto_recovery,
        )

    @property
    def topology(self) -> Topology:
        addresses = self.addresses or default_addresses(self.subnets.values(), self.size)
        return build(self.cluster_name, addresses, *self.zones)

    @property
    def bastion_subnet(self) -> str:
        return self.bastion_subnet_cidr or last_subnet(self.vpc_cidr)

    @property
    def bastion(self) -> BastionSpec | None:
        if self.access == "private":
            return None
        return BastionSpec(
            operator_cidrs=self.operator_cidrs,
            subnet_cidr=self.bastion_subnet,
            zone=self.zones[0],
            instance_type=self.bastion_instance_type,
            architecture=architecture_of(self.bastion_instance_type),
        )

    @property
    def ssh_keys(self) -> SshKeySpec:
        return SshKeySpec(generation=self.ssh_key_generation, own_public_key=self.ssh_public_key)

    @property
    def architecture(self) -> str:
        return architecture_of(self.instance_type)

    @property
    def release(self) -> Release:
        return release(self.etcd_version, self.architecture, self.release_url, self.release_sha256)

    @property
    def data_volume(self) -> DataVolumeSpec:
        return DataVolumeSpec(
            type=self.volume_type,
            size_gib=self.volume_size_gib,
            iops=self.volume_iops,
            throughput_mibps=self.volume_throughput_mibps if self.volume_type == "gp3" else None,
            delete=self.delete_data_volumes,
            snapshot_on_delete=self.snapshot_on_delete,
        )

    @property
    def tuning(self) -> Tuning:
        return Tuning(
            heartbeat_milliseconds=self.heartbeat_milliseconds,
            election_milliseconds=self.election_milliseconds,
            quota_mib=self.quota_mib,
            auto_compaction_retention=self.auto_compaction_retention,
            snapshot_count=self.snapshot_count,
        )

    @property
    def warnings(self) -> list[str]:
        return warnings(self)


def _rules() -> dict[str, Rule]:
    return {
        field.alias or name: next(item for item in field.metadata if isinstance(item, Rule))
        for name, field in Settings.model_fields.items()
    }
