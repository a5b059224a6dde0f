"""Specifications of AWS resources: VPC, sources, bastion, instance, data volume, SSH keys. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class NewVpc:
    """A VPC that the program makes, and deletes with the cluster.

    Attributes:
        cidr: its addresses.
        subnets: of each zone that members stand in, the addresses of its subnet, inside the VPC.
    """

    cidr: str
    subnets: Mapping[str, str]

    @property
    def recorded(self) -> dict[str, str]:
        """What a live cluster keeps."""
        return {"vpc": self.cidr, **self.subnets}


@dataclass(frozen=True, kw_only=True)
class ExistingVpc:
    """A VPC that was there before the cluster and outlives it: nothing of it is changed.

    Attributes:
        vpc_id: its ID, `vpc-…`.
        subnets: of each zone that members stand in, the ID of its subnet, `subnet-…`.
    """

    vpc_id: str
    subnets: Mapping[str, str]

    @property
    def recorded(self) -> dict[str, str]:
        """What a live cluster keeps."""
        return {"vpc": self.vpc_id, **self.subnets}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Who may reach a port. Nobody by default.

    Attributes:
        cidrs: IPv4 networks.
        security_group_ids: `sg-…` of this VPC or of one that is peered with it: whatever has the group may.
    """

    cidrs: Sequence[str] = ()
    security_group_ids: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.cidrs or self.security_group_ids)


@dataclass(frozen=True, kw_only=True)
class IngressSpec:
    """Who reaches the members, besides the members themselves.

    Attributes:
        operator_cidrs: networks that reach SSH; none where a bastion is the way.
        clients: who reaches etcd's client port.
        metrics: who reaches the metrics port.
        description: free text for the security group.
    """

    operator_cidrs: Sequence[str] = ()
    clients: Sources = field(default_factory=Sources)
    metrics: Sources = field(default_factory=Sources)
    description: str = "etcd members"


@dataclass(frozen=True, kw_only=True)
class BastionSpec:
    """The machine through which operators reach the members.

    Attributes:
        operator_cidrs: public networks, the only ones that reach it, by SSH.
        subnet_cidr: addresses of its subnet, the only one with a route to the internet.
        zone: where it stands.
        instance_type, architecture: any type does; it only passes bytes on.
    """

    operator_cidrs: Sequence[str]
    subnet_cidr: str
    zone: str
    instance_type: str
    architecture: str


@dataclass(frozen=True, kw_only=True)
class SshKeySpec:
    """The SSH keys that log in on the machines.

    Attributes:
        generation: of the generated key, 1 and up; one more makes another key the one in use.
        own_public_key: the operator's own key in OpenSSH's form. With it none is generated, and commands log in by the
            operator's SSH agent.
    """

    generation: int = 1
    own_public_key: str = ""

    @property
    def recorded_generation(self) -> int:
        """What is kept in state; 0 stands for the operator's own key."""
        return 0 if self.own_public_key else self.generation


@dataclass(frozen=True, kw_only=True)
class VolumeLimits:
    """What a type of volume offers.

    Sources: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html for the ranges, and for IOPS per GiB
    docs.aws.amazon.com/ebs/latest/userguide/ general-purpose.html and provisioned-iops.html. Every instance type that
    is accepted here is on Nitro, where io2 goes up to 256,000.
    """

    min_gib: int
    min_iops: int
    max_iops: int
    iops_per_gib: int


VOLUME_LIMITS = {
    "gp3": VolumeLimits(min_gib=1, min_iops=3_000, max_iops=80_000, iops_per_gib=500),
    "io2": VolumeLimits(min_gib=4, min_iops=100, max_iops=256_000, iops_per_gib=1_000),
}
THROUGHPUT_OF_GP3_MIBPS = 125  # comes without extra cost


@dataclass(frozen=True, kw_only=True)
class DataVolumeSpec:
    """The data volume of a member, encrypted.

    Attributes:
        type: `gp3` or `io2`.
        size_gib, iops: what is provisioned.
        throughput_mibps: of gp3 alone; that of io2 follows its IOPS.
        delete: whether `destroy` deletes it, or leaves it behind in AWS.
        snapshot_on_delete: a snapshot is made first.
    """

    type: str
    size_gib: int
    iops: int
    throughput_mibps: int | None
    delete: bool
    snapshot_on_delete: bool = False

    @property
    def leaves_data(self) -> bool:
        """Whether there is encrypted data left after `destroy`, which needs its key."""
        return not self.delete or self.snapshot_on_delete


@dataclass(frozen=True, kw_only=True)
class InstanceSpec:
    """The EC2 instance of a member, the same for every member.

    Attributes:
        architecture: `amd64` or `arm64`, as the instance type has it.
        instance_type: an EC2 instance type.
        detailed_monitoring: metrics every minute.
        auto_recovery: EC2 moves the instance when its hardware fails.
    """

    architecture: str
    instance_type: str
    detailed_monitoring: bool = False
    auto_recovery: bool = True


def architecture_of(instance_type: str) -> str:
    """Graviton families have a g right after the generation (m7g, c7gn, im4gn, t4g); a1 was the first."""
    family = instance_type.partition(".")[0]
    return "arm64" if family == "a1" or re.match(r"[a-z]+[0-9]+g", family) else "amd64"
