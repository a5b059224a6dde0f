"""Machine and data volume on paper: what a member is given, and what each type of volume offers. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a type of volume offers.

    Sources: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html for the ranges, and for IOPS per GiB
    docs.aws.amazon.com/ebs/latest/userguide/ general-purpose.html and provisioned-iops.html. Every instance type that
    is accepted here is on Nitro, where io2 goes up to 256,000.
    """

    least_gib: int
    least_iops: int
    most_iops: int
    iops_per_gib: int


LIMITS = {
    "gp3": Limits(least_gib=1, least_iops=3_000, most_iops=80_000, iops_per_gib=500),
    "io2": Limits(least_gib=4, least_iops=100, most_iops=256_000, iops_per_gib=1_000),
}
THROUGHPUT_OF_GP3_MIBPS = 125  # comes without extra cost


@dataclass(frozen=True, kw_only=True)
class DataVolume:
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
class Hardware:
    """What is rented, the same for every member.

    Attributes:
        architecture: `amd64` or `arm64`, as the instance type has it.
        instance_type: an EC2 instance type.
        volume: the data volume.
        detailed_monitoring: metrics every minute.
        auto_recovery: EC2 moves the machine when its hardware fails.
        protected: neither Pulumi nor a call to EC2 deletes or replaces machine, interface and volume.
    """

    architecture: str
    instance_type: str
    volume: DataVolume
    detailed_monitoring: bool = False
    auto_recovery: bool = True
    protected: bool = False
