"""The arguments of a small cluster, for a test to change."""

from pathlib import Path

from components.aws.specs import BastionSpec, DataVolumeSpec, IngressSpec, InstanceSpec, NewVpc, Sources
from components.cluster import EtcdClusterArgs
from components.etcd.certificates import Lifetimes
from components.etcd.config import Tuning
from components.etcd.release import release
from components.topology import Topology, build, default_addresses, zone_subnets

MEMBERS = ("etcd-1", "etcd-2", "etcd-3")
# Recorded in half the time, for what a setting changes in every member alike.
LONE = build("etcd", ["192.168.0.100"], "us-east-1a")
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
SUBNETS = zone_subnets("192.168.0.0/24", ZONES)
BASTION_OPERATORS = ("203.0.113.7/32", "203.0.113.64/28")
BASTION_SPEC = BastionSpec(
    operator_cidrs=BASTION_OPERATORS,
    subnet_cidr="192.168.255.240/28",
    zone="us-east-1a",
    instance_type="t4g.nano",
    architecture="arm64",
)


def topology(size: int, *zones: str) -> Topology:
    """Members at the default addresses of these zones."""
    return build("etcd", default_addresses(zone_subnets("192.168.0.0/24", zones).values(), size), *zones)


def arguments(tarball: Path, **changes: object) -> EtcdClusterArgs:
    given = {
        "topology": topology(3, "us-east-1a"),
        "vpc": NewVpc(cidr="192.168.0.0/16", subnets={"us-east-1a": "192.168.0.0/24"}),
        "ingress": IngressSpec(operator_cidrs=["10.1.0.0/16"], clients=Sources(cidrs=["10.2.0.0/16"])),
        "instance": InstanceSpec(architecture="amd64", instance_type="m7i.large"),
        "volume": DataVolumeSpec(type="gp3", size_gib=20, iops=3000, throughput_mibps=125, delete=False),
        "release": release("3.5.11", "amd64"),
        "tarball": tarball,
        "tuning": Tuning(
            heartbeat_milliseconds=100,
            election_milliseconds=1000,
            quota_mib=2048,
            auto_compaction_retention="1h",
        ),
        "mount_point": "/var/lib/etcd",
        "lifetimes": Lifetimes(validity_days=365, renewal_days=30, ca_validity_days=3650),
        "tags": {"team": "storage"},
    }
    return EtcdClusterArgs(**{**given, **changes})  # type: ignore[arg-type]
