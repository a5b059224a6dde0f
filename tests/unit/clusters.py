"""The arguments of a small cluster, for a test to change."""

from pathlib import Path

from components.aws.specs import DataVolumeSpec, IngressSpec, InstanceSpec, NewVpc, Sources
from components.cluster import EtcdClusterArgs
from components.etcd.certificates import Lifetimes
from components.etcd.config import Tuning
from components.etcd.release import release
from components.topology import build

MEMBERS = ("etcd-1", "etcd-2", "etcd-3")
# Recorded in half the time, for what a setting changes in every member alike.
LONE = build("etcd", ["192.168.0.100"], "us-east-1a")


def arguments(tarball: Path, **changes: object) -> EtcdClusterArgs:
    topology = build("etcd", ["192.168.0.100", "192.168.0.101", "192.168.0.102"], "us-east-1a")
    given = {
        "topology": topology,
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
