"""What a running cluster cannot change: zones, addresses, network, size, architecture, keys. Refused at preview.

Pure: compares an old record with a new one and yields a sentence for each violation.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from components.etcd.versions import minor_of, numbers

ZONES = "docs/multi-az.md, 'Changing zones', has the way"
KEYS = "docs/disks.md, 'Another key', has the way"
SET_BACK = "Set it back; where the cluster was never healthy, pulumi destroy first"


def cluster(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Violations between two records of a cluster."""
    yield from _members(old["zones"], new["zones"])
    yield from _moved("zone", old["zones"], new["zones"], f"Set etcd:multiAz and the zones back; {ZONES}.")
    yield from _moved("address", old["addresses"], new["addresses"], f"{SET_BACK}.")
    yield from _network(old["network"], new["network"])
    if old["architecture"] != new["architecture"]:
        yield (
            f"etcd:instanceType goes from {old['architecture']} to {new['architecture']}, but a machine's image is "
            f"kept and does not run there. {SET_BACK}."
        )
    if old["volumeSizeGib"] > new["volumeSizeGib"]:
        change = f"{old['volumeSizeGib']} to {new['volumeSizeGib']}"
        yield f"etcd:volumeSizeGib goes from {change}, but EBS makes no volume smaller. {SET_BACK}."
    yield from _volume(old["volume"], new["volume"])
    yield from _version(old["version"], new["version"])


def name(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Violations between two records of the cluster's name."""
    if old["name"] != new["name"]:
        yield (
            f"etcd:clusterName is a part of every resource's name: {old['name']} -> {new['name']} would "
            "delete the running cluster and make another. Set it back, or take another stack for the other cluster."
        )


def ssh_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Violations between two records of the SSH key. Machines accept the generation in use and the next one.

    Generation 0 stands for the operator's own key.
    """
    before, after = old["sshKeyGeneration"], new["sshKeyGeneration"]
    if after in (0, before):
        return
    if before == 0:
        yield (
            "etcd:sshPublicKey is gone, but the machines accept that key alone and would let in no generated one. "
            "Set it back."
        )
    elif after != before + 1:
        yield (
            f"etcd:sshKeyGeneration goes from {before} to {after}, but the machines accept the keys {before} and "
            f"{before + 1} alone, so nobody could log in. Set it to {before + 1}, and go on from there."
        )


def _members(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    if set(old) != set(new):
        yield (
            f"etcd:size goes from {len(old)} to {len(new)}, but nothing here adds a member to a live cluster yet or "
            f"removes one from it; the rest would lose quorum. {SET_BACK}."
        )


def _moved(what: str, old: Mapping[str, str], new: Mapping[str, str], remedy: str) -> Iterator[str]:
    moved = [f"{key} from {old[key]} to {value}" for key, value in sorted(new.items()) if old.get(key, value) != value]
    if moved:
        yield (
            f"a live member cannot change its {what} ({', '.join(moved)}): its disk or its peers would not follow, and "
            f"moved together the members would lose quorum. {remedy}"
        )


def _network(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """A zone that is only in one of both is a violation of its own, reported by `_moved`."""
    moved = [f"{key} from {old[key]} to {value}" for key, value in sorted(new.items()) if old.get(key, value) != value]
    if moved:
        yield (
            f"a live cluster cannot change its network ({', '.join(moved)}): every interface and machine "
            f"would be made anew. {SET_BACK}."
        )


def _volume(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["kmsKeyArn"] != new["kmsKeyArn"]:
        if not new["replaceVolumeOf"]:
            yield (
                "etcd:kmsKeyArn changes, but a volume keeps its key for life: another key means an empty volume, of "
                f"every member. {SET_BACK}; or replace one member after the other, with etcd:replaceVolumeOf: {KEYS}."
            )
        elif not old["kmsKeyArn"] and not old["keepsKey"]:
            yield (
                "the cluster's own KMS key would be deleted with this update, but the other members' volumes need it. "
                f"First run pulumi up with etcd:deleteDataVolumes false and etcd:kmsKeyArn as it was: {KEYS}."
            )
    slow = old["performance"][0] == "io2" and old["performance"] == new["performance"]
    if slow and old["snapshotOnDelete"] != new["snapshotOnDelete"]:
        # github.com/hashicorp/terraform-provider-aws/issues/31044
        yield (
            "etcd:snapshotOnDelete changes alone, which the AWS provider cannot do to an io2 volume: it sends a change "
            "of nothing, and EC2 refuses it. Change etcd:volumeIops in the same update, by one."
        )


def _version(old: str, new: str) -> Iterator[str]:
    if minor_of(old) != minor_of(new):
        yield f"etcd {old} -> {new} changes the minor, which is not supported on a live cluster yet. {SET_BACK}."
    elif numbers(new) < numbers(old):
        yield f"etcd {old} -> {new} goes back; an older etcd may not read what a newer one wrote. {SET_BACK}."
