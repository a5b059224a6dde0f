"""Warnings about settings that are allowed and have a price. Every preview prints them."""

import re

from components.settings.model import Settings

# MaxQuotaBytes in etcd's server/etcdserver/quota.go.
SUGGESTED_QUOTA_LIMIT_MIB = 8_192


def warnings(settings: Settings) -> list[str]:
    return [
        *_size(settings),
        *_instance_type(settings.instance_type),
        *_replacement(settings),
        *_access(settings),
        *_quota(settings),
    ]


def _size(settings: Settings) -> list[str]:
    if settings.size > 1:
        return []
    return ["etcd:size is 1: if this one machine is lost, the cluster is lost. Production needs 3 or 5."]


def _access(settings: Settings) -> list[str]:
    if settings.access == "bastion" or settings.vpc_id:
        return []
    return [
        "etcd:access is private: the new VPC is not reachable from outside, by SSH or by etcd's clients. Connect it "
        "(VPN, peering) or set etcd:access to bastion for SSH; otherwise `pulumi up` fails after ten minutes."
    ]


def _instance_type(instance_type: str) -> list[str]:
    family, _, size = instance_type.partition(".")
    found = []
    if re.fullmatch(r"t[0-9]+[a-z]*", family):
        found.append(
            f"etcd:instanceType {instance_type} is burstable: without CPU credits it is slow or costs more, and late "
            "heartbeats cost the cluster its leader. Production needs steady performance, such as m7i.large."
        )
    if size in ("nano", "micro"):
        found.append(
            f"etcd:instanceType {instance_type} has 1 GiB of memory or less: etcd keeps its index in memory, where the "
            "database should fit as well."
        )
    return found


def _replacement(settings: Settings) -> list[str]:
    if not settings.replace_machines:
        return []
    return [
        f"etcd:replaceMachines names {', '.join(settings.replace_machines)}: an update replaces these machines "
        "whenever there is a newer image. Once they are replaced: pulumi config rm etcd:replaceMachines."
    ]


def _quota(settings: Settings) -> list[str]:
    if settings.quota_mib > SUGGESTED_QUOTA_LIMIT_MIB:
        return [
            f"etcd:quotaMib {settings.quota_mib} is above {SUGGESTED_QUOTA_LIMIT_MIB}, the most that etcd suggests: "
            "a member with such a database starts and catches up slowly."
        ]
    if 2 * settings.quota_mib > 1_024 * settings.volume_size_gib:
        return [
            f"etcd:quotaMib {settings.quota_mib} is more than half of the volume: defragmentation writes a second copy "
            "of the database, which may not fit."
        ]
    return []
