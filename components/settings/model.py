"""The settings of a stack: their fields, defaults and descriptions. Data only: no SDK, no rule.

Pulumi.yaml and docs/reference/settings.md are made from this file: `make schema`. The text below a field is its
description there.
"""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from components.etcd.release import OFFICIAL_URL
from components.settings import types


class Settings(BaseModel):
    """One stack's configuration. `validate.parse` makes it, and checks the rules between fields as well."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, use_attribute_docstrings=True)

    region: types.Region = Field("", alias="aws:region")
    """The AWS region, a setting of the AWS provider. Without it AWS_REGION and AWS_DEFAULT_REGION are read."""

    cluster_name: types.ClusterName = "etcd"
    """Name of the cluster and first part of its members' names (etcd-1, etcd-2, ...)."""

    size: types.Size = 3
    """Number of members: 1, 3, 5 or 7. Three survive the loss of one, five the loss of two."""

    addresses: types.Addresses = ()
    """Private IPv4 address of each member. If empty, hosts 100, 101, ... of the subnet in the member's zone."""

    vpc_cidr: types.VpcCidr = "192.168.0.0/16"
    """Address range of the VPC that the program makes."""

    subnet_cidr: types.SubnetCidr = "192.168.0.0/24"
    """Address range of the members' subnet, inside the VPC. With multiAz, further zones get the ranges after it."""

    vpc_id: types.VpcId = ""
    """An existing VPC (vpc-...) to use instead of a new one. Needs subnetIds and addresses; see docs/network.md."""

    subnet_ids: types.SubnetIds = ()
    """With vpcId: its subnet (subnet-...) in each zone, in the order of the zones."""

    availability_zone: types.Zone = ""
    """The zone of all members when multiAz is false. If empty, zone a of the region."""

    multi_az: types.Flag = False
    """Whether members are spread over three or more zones, so that any one may fail. Fixed at creation; see
    docs/multi-az.md."""

    availability_zones: types.Zones = ()
    """The zones of a cluster with multiAz, three or more. If empty, zones a, b and c of the region."""

    access: types.Access = "private"
    """How SSH reaches the machines: bastion makes a jump host with a public address, private needs your own route."""

    operator_cidrs: types.SourceCidrs = ()
    """Required. Networks that may connect with SSH, public ones with a bastion; preferably your own address, as /32."""

    client_cidrs: types.SourceCidrs = ()
    """Networks that may reach etcd's client port, 2379. The members always may."""

    client_security_group_ids: types.SecurityGroupIds = ()
    """Security groups (sg-...) of this VPC or a peered one, whose machines may reach etcd's client port, 2379."""

    metrics_cidrs: types.SourceCidrs = ()
    """Networks that may read metrics on port 2381, without TLS. Without any source, that port listens on loopback only.
    Port 2379 serves metrics too, to clients with a certificate."""

    metrics_security_group_ids: types.SecurityGroupIds = ()
    """Security groups (sg-...) whose machines may read metrics on port 2381, without TLS."""

    bastion_subnet_cidr: types.OptionalCidr = ""
    """Address range of the bastion's subnet, inside the VPC. If empty, the last /28 of the VPC."""

    bastion_instance_type: types.InstanceType = "t4g.nano"
    """EC2 instance type of the bastion. It only forwards SSH, so the cheapest is enough."""

    ssh_public_key: types.SshPublicKey = ""
    """Your own SSH public key; your SSH agent must hold the private key. If empty, a key pair is generated."""

    ssh_key_generation: types.KeyGeneration = 1
    """Number of the generated SSH key. One more changes the key on every machine, without a restart; see
    docs/ssh-keys.md."""

    instance_type: types.InstanceType = "m7i.large"
    """EC2 instance type of every member. It also decides the architecture, amd64 or arm64 (Graviton)."""

    replace_machines: types.MemberNames = ()
    """Members whose machines are replaced, one at a time, when there is a newer image or other user data; see
    docs/new-image.md."""

    volume_type: types.VolumeType = "gp3"
    """Type of each member's data volume: gp3, or io2 (less latency, higher price). May change on a live cluster."""

    volume_size_gib: types.VolumeSizeGib = 20
    """Size of each member's data volume, in GiB. It grows on a live cluster, with its filesystem, and never shrinks."""

    volume_iops: types.VolumeIops = 3_000
    """IOPS of the data volume. gp3 includes 3000; etcd is bound by latency and rarely uses more."""

    volume_throughput_mibps: types.VolumeThroughput = 125
    """Throughput of a gp3 data volume, in MiB/s. gp3 includes 125."""

    kms_key_arn: types.KmsKeyArn = ""
    """ARN of the KMS key that encrypts the volumes. If empty, the program makes a key, at 1 USD a month; see
    docs/disks.md."""

    replace_volume_of: types.MemberName = ""
    """The one member whose data volume may be replaced by an empty one, to change its key; see docs/disks.md."""

    detailed_monitoring: types.Flag = False
    """Whether CloudWatch has the machines' metrics every minute, at a price, instead of every five minutes."""

    auto_recovery: types.Flag = True
    """Whether EC2 moves a machine to other hardware, with its address and volumes, when its hardware fails."""

    etcd_version: types.EtcdVersion = "3.5.11"
    """Release of etcd, x.y.z. Its checksum is in components/etcd/checksums.json or in releaseSha256."""

    release_file: types.ReleaseFile = ""
    """A release tarball on this machine, used instead of a download."""

    release_sha256: types.Sha256 = ""
    """SHA-256 of the tarball, if it is not the published one."""

    release_url: types.ReleaseUrl = OFFICIAL_URL
    """Where releases are downloaded from; /vX.Y.Z/etcd-vX.Y.Z-linux-ARCH.tar.gz is added."""

    heartbeat_milliseconds: types.Heartbeat = 100
    """Interval of the leader's heartbeats: about the round trip between members."""

    election_milliseconds: types.Election = 1_000
    """How long members wait for a heartbeat before they elect a new leader: at least 5 heartbeats, at most 50000 ms."""

    quota_mib: types.QuotaMib = 2_048
    """Size of the database, in MiB, at which etcd stops accepting writes. etcd suggests at most 8192."""

    auto_compaction_retention: types.Retention = "1h"
    """How much history of each key etcd keeps, in hours or minutes (1h, 30m)."""

    snapshot_count: types.SnapshotCount = 0
    """Number of transactions between etcd's own snapshots to disk. 0 takes the default of the release: 100000 in
    etcd 3.5, 10000 in 3.6."""

    data_directory: types.DataDirectory = "/var/lib/etcd"
    """Where the data volume is mounted. Nothing else may be stored there."""

    certificate_validity_days: types.ValidityDays = 365
    """Lifetime of server, peer and admin certificates, in days."""

    certificate_renewal_days: types.RenewalDays = 30
    """How many days before their end an update renews certificates."""

    ca_validity_days: types.AuthorityDays = 3_650
    """Lifetime of the cluster's own certificate authority, in days."""

    delete_data_volumes: types.Flag = False
    """Whether `pulumi destroy` deletes the data volumes. If false they stay, with all that etcd has stored."""

    snapshot_on_delete: types.Flag = False
    """Whether a snapshot of a data volume is made before it is deleted. Snapshots and their key remain, at a price."""

    deletion_protection: types.Flag = False
    """Whether machines, addresses, volumes and their key refuse to be deleted or replaced; see docs/protection.md."""

    tags: types.Tags = {}
    """Tags on every AWS resource. The program itself sets Name and etcd-aws:*."""

    description: types.Description = "etcd cluster"
    """Text in the description of the security group. Fixed at creation: AWS cannot change it in place."""
