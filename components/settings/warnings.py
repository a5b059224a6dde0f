"""What is allowed, with its price: the warnings that an operator reads at every preview."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.settings.model import Settings

# MaxQuotaBytes in etcd's server/etcdserver/quota.go.
SUGGESTED_QUOTA_LIMIT_MIB = 8_192


def warnings(settings: "Settings") -> list[str]:
    return [
        *_size(settings),
        *_instance_type(settings.instance_type),
        *_renewal(settings),
        *_access(settings),
        *_quota(settings),
    ]


def _size(settings: "Settings") -> list[str]:
    if settings.size > 1:
        return []
    return ["etcd:size is 1: the loss of this one machine is the loss of the cluster. Production takes 3 or 5."]


def _access(settings: "Settings") -> list[str]:
    if settings.access == "bastion" or settings.vpc_id:
        return []
    return [
        "etcd:access is private: the VPC that this program makes has no way in from outside, for SSH as for etcd's "
        "clients, until you give it one (VPN, peering); an update waits ten minutes for it. With bastion there is a "
        "way for SSH."
    ]


def _instance_type(instance_type: str) -> list[str]:
    family, _, size = instance_type.partition(".")
    found = []
    if re.fullmatch(r"t[0-9]+[a-z]*", family):
        found.append(
            f"etcd:instanceType {instance_type} is burstable: out of CPU credits it slows down or costs more, and late "
            "heartbeats cost the cluster its leader. Production takes steady performance, such as m7i.large."
        )
    if size in ("nano", "micro"):
        found.append(
            f"etcd:instanceType {instance_type} has 1 GiB of memory or less: etcd keeps its index in memory, and the "
            "database should fit into it too."
        )
    return found


def _renewal(settings: "Settings") -> list[str]:
    if not settings.replace_machines:
        return []
    return [
        f"etcd:replaceMachines names {', '.join(settings.replace_machines)}: whenever there is a newer image, an "
        "update replaces these machines. Once they are replaced: pulumi config rm etcd:replaceMachines."
    ]


def _quota(settings: "Settings") -> list[str]:
    if settings.quota_mib > SUGGESTED_QUOTA_LIMIT_MIB:
        return [
            f"etcd:quotaMib {settings.quota_mib} is above {SUGGESTED_QUOTA_LIMIT_MIB}, the most that etcd suggests: "
            "such a member takes long to start and to catch up."
        ]
    if 2 * settings.quota_mib > 1_024 * settings.volume_size_gib:
        return [
            f"etcd:quotaMib {settings.quota_mib} is more than half of the volume: defragmentation writes a second copy "
            "of the database, which may not fit."
        ]
    return []
