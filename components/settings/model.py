"""The settings of a stack, and what follows from them. Pure.

Defaults stand here and in Pulumi.yaml alike: the engine fills them in for the program, and a test compares the two.
"""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from components.addresses import last_subnet
from components.aws.hardware import DataVolume
from components.aws.keys import SshKeys
from components.aws.layout import BastionSpec, ExistingVpc, NewVpc, Sources
from components.etcd.config import Tuning
from components.etcd.release import OFFICIAL_URL, Release, architecture_of, release
from components.settings import fields
from components.settings.cautions import cautions
from components.settings.faults import Fault, Rule, SettingsError, from_validation, printable, top_key
from components.settings.rules import access, disks, etcd, places, reach, vpc
from components.topology import Topology, default_addresses, plan, zone_subnets


class Settings(BaseModel):
    """One stack's configuration, checked. Made by `parse` alone, which also checks what joins several settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    region: fields.Region = Field("", alias="aws:region")
    cluster_name: fields.ClusterName = "etcd"
    size: fields.Size = 3
    addresses: fields.Addresses = ()
    vpc_cidr: fields.VpcCidr = "192.168.0.0/16"
    subnet_cidr: fields.SubnetCidr = "192.168.0.0/24"
    vpc_id: fields.VpcId = ""
    subnet_ids: fields.SubnetIds = ()
    availability_zone: fields.Zone = ""
    multi_az: fields.Flag = False
    availability_zones: fields.Zones = ()
    access: fields.Access = "private"
    operator_cidrs: fields.SourceCidrs = ()
    client_cidrs: fields.SourceCidrs = ()
    client_security_group_ids: fields.SecurityGroupIds = ()
    metrics_cidrs: fields.SourceCidrs = ()
    metrics_security_group_ids: fields.SecurityGroupIds = ()
    bastion_subnet_cidr: fields.OptionalCidr = ""
    bastion_instance_type: fields.InstanceType = "t4g.nano"
    ssh_public_key: fields.SshPublicKey = ""
    ssh_key_generation: fields.KeyGeneration = 1
    instance_type: fields.InstanceType = "m7i.large"
    renew_machines: fields.MemberNames = ()
    volume_type: fields.VolumeType = "gp3"
    volume_size_gib: fields.VolumeSizeGib = 20
    volume_iops: fields.VolumeIops = 3_000
    volume_throughput_mibps: fields.VolumeThroughput = 125
    kms_key_arn: fields.KmsKeyArn = ""
    replace_volume_of: fields.MemberName = ""
    detailed_monitoring: fields.Flag = False
    auto_recovery: fields.Flag = True
    etcd_version: fields.EtcdVersion = "3.5.11"
    release_file: fields.ReleaseFile = ""
    release_sha256: fields.Sha256 = ""
    release_url: fields.ReleaseUrl = OFFICIAL_URL
    heartbeat_milliseconds: fields.Heartbeat = 100
    election_milliseconds: fields.Election = 1_000
    quota_mib: fields.QuotaMib = 2_048
    auto_compaction_retention: fields.Retention = "1h"
    snapshot_count: fields.SnapshotCount = 100_000
    data_directory: fields.DataDirectory = "/var/lib/etcd"
    certificate_validity_days: fields.ValidityDays = 365
    certificate_renewal_days: fields.RenewalDays = 30
    ca_validity_days: fields.AuthorityDays = 3_650
    delete_data_volumes: fields.Flag = False
    snapshot_on_delete: fields.Flag = False
    protected: fields.Flag = False
    tags: fields.Tags = {}
    description: fields.Description = "etcd cluster"

    @classmethod
    def parse(cls, values: Mapping[str, object], secret_keys: frozenset[str] = frozenset()) -> Self:
        """Checks everything and raises one SettingsError with every fault, or returns sound settings.

        `values` has configuration keys without `etcd:`, and `aws:region`.
        """
        texts, faults = _rules(), list[Fault]()
        try:
            settings = cls.model_validate(dict(values))
        except ValidationError as error:
            faults = from_validation(error, texts)
            refused = {top_key(fault.key) for fault in faults}
            # Defaults stand in for what is refused, so that the rest is checked in the same run.
            settings = cls.model_validate({key: value for key, value in values.items() if key not in refused})
        refused = {top_key(fault.key) for fault in faults}
        for module in (places, vpc, reach, access, disks, etcd):
            faults += module.joint.faults(settings, refused)
        if faults:
            faults.sort(key=lambda fault: fault.key)
            raise SettingsError(printable(faults, texts, secret_keys))
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
    def clients(self) -> Sources:
        return Sources(cidrs=self.client_cidrs, security_group_ids=self.client_security_group_ids)

    @property
    def metrics(self) -> Sources:
        return Sources(cidrs=self.metrics_cidrs, security_group_ids=self.metrics_security_group_ids)

    @property
    def topology(self) -> Topology:
        addresses = self.addresses or default_addresses(self.subnets.values(), self.size)
        return plan(self.cluster_name, addresses, *self.zones)

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
    def ssh_keys(self) -> SshKeys:
        return SshKeys(generation=self.ssh_key_generation, own_public_key=self.ssh_public_key)

    @property
    def architecture(self) -> str:
        return architecture_of(self.instance_type)

    @property
    def release(self) -> Release:
        return release(self.etcd_version, self.architecture, self.release_url, self.release_sha256)

    @property
    def data_volume(self) -> DataVolume:
        return DataVolume(
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
        return cautions(self)


def _rules() -> dict[str, Rule]:
    return {
        field.alias or name: next(item for item in field.metadata if isinstance(item, Rule))
        for name, field in Settings.model_fields.items()
    }
