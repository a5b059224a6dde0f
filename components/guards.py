"""What a live cluster must not become in one step, refused at preview, before anything is touched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.aws.hardware import DataVolume
from components.etcd.versions import minor_of, numbers
from components.topology import Topology

ZONES = "docs/multi-az.md, 'Changing zones', has the way"
KEYS = "docs/disks.md, 'Another key', has the way"
SET_BACK = "Set it back; where the cluster was never healthy, pulumi destroy first"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a cluster is, as far as a change of it could cost quorum or data.

    `network` has the VPC under `vpc` and each zone's subnet under the zone: an ID, or the range of one made here.
    """

    topology: Topology
    network: Mapping[str, str]
    architecture: str
    volume: DataVolume
    version: str
    kms_key_arn: str = ""
    replace_volume_of: str = ""


class TopologyGuard:
    """A record of the facts in the stack's state, compared with the wanted ones before it is changed.

    Attributes:
        record: what could lose quorum waits for it; where the guard refuses, that is never reached. This holds for an
            update without preview too.
    """

    record: pulumi.Resource

    def __init__(self, name: str, facts: Facts, parent: pulumi.Resource | None) -> None:
        self.record = _guarded(f"{name}-topology", recorded(facts), parent)


def keep_name(cluster_name: str) -> pulumi.Resource:
    """A record of the cluster's name, which is a part of every resource's: another one means another cluster."""
    return _guarded("cluster-name", {"name": cluster_name}, None)


def keep_ssh_keys(
    name: str, generation: Mapping[str, int], parent: pulumi.Resource, after: Sequence[pulumi.Resource]
) -> pulumi.Resource:
    """A record of the SSH keys that every machine has, so it is written after they have been there."""
    return _guarded(f"{name}-ssh-keys", generation, parent, after)


def recorded(facts: Facts) -> dict[str, Any]:
    """The facts that are kept."""
    return {
        "zones": {member.name: member.zone for member in facts.topology},
        "addresses": {member.name: member.address for member in facts.topology},
        "network": dict(facts.network),
        "architecture": facts.architecture,
        "volumeSizeGib": facts.volume.size_gib,
        "volume": {
            "performance": [facts.volume.type, facts.volume.size_gib, facts.volume.iops],
            "snapshotOnDelete": facts.volume.snapshot_on_delete,
            "keepsKey": facts.volume.leaves_data,
            "kmsKeyArn": facts.kms_key_arn,
            "replaceVolumeOf": facts.replace_volume_of,
        },
        "version": facts.version,
    }


def refusals(was: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Why the one must not become the other; nothing if it may."""
    if was.get("name") != wanted.get("name"):
        yield (
            f"etcd:clusterName is a part of every resource's name: {was.get('name')} -> {wanted.get('name')} would "
            "delete the running cluster and make another. Set it back, or take another stack for the other cluster."
        )
    yield from _ssh_keys(was.get("sshKeyGeneration"), wanted.get("sshKeyGeneration"))
    if "zones" not in was or "zones" not in wanted:
        return
    yield from _members(was["zones"], wanted["zones"])
    yield from _moved("zone", was["zones"], wanted["zones"], f"Set etcd:multiAz and the zones back; {ZONES}.")
    yield from _moved("address", was["addresses"], wanted["addresses"], f"{SET_BACK}.")
    yield from _network(was.get("network", wanted["network"]), wanted["network"])
    if was["architecture"] != wanted["architecture"]:
        yield (
            f"etcd:instanceType goes from {was['architecture']} to {wanted['architecture']}, but a machine's image is "
            f"kept and does not run there. {SET_BACK}."
        )
    if was["volumeSizeGib"] > wanted["volumeSizeGib"]:
        change = f"{was['volumeSizeGib']} to {wanted['volumeSizeGib']}"
        yield f"etcd:volumeSizeGib goes from {change}, but EBS makes no volume smaller. {SET_BACK}."
    # Older versions of the program did not keep these.
    yield from _volume(was.get("volume", wanted["volume"]), wanted["volume"])
    yield from _version(was["version"], wanted["version"])


def _members(was: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    if set(was) != set(wanted):
        yield (
            f"etcd:size goes from {len(was)} to {len(wanted)}, but nothing here adds a member to a live cluster yet or "
            f"removes one from it; the rest would lose quorum. {SET_BACK}."
        )


def _moved(what: str, was: Mapping[str, str], wanted: Mapping[str, str], remedy: str) -> Iterator[str]:
    moved = [
        f"{name} from {was[name]} to {value}"
        for name, value in sorted(wanted.items())
        if name in was and was[name] != value
    ]
    if moved:
        yield (
            f"a live member cannot change its {what} ({', '.join(moved)}): its disk or its peers would not follow, and "
            f"moved together the members would lose quorum. {remedy}"
        )


def _network(was: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    """Another zone is another matter, told by itself."""
    moved = [
        f"{what} from {was[what]} to {value}" for what, value in sorted(wanted.items()) if was.get(what, value) != value
    ]
    if moved:
        yield (
            f"a live cluster cannot change its network ({', '.join(moved)}): every interface and machine "
            f"would be made anew. {SET_BACK}."
        )


def _volume(was: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    if was["kmsKeyArn"] != wanted["kmsKeyArn"]:
        if not wanted["replaceVolumeOf"]:
            yield (
                "etcd:kmsKeyArn changes, but a volume keeps its key for life: another key means an empty volume, of "
                f"every member. {SET_BACK}; or replace one member after the other, with etcd:replaceVolumeOf: {KEYS}."
            )
        elif not was["kmsKeyArn"] and not was["keepsKey"]:
            yield (
                "the cluster's own KMS key would be deleted with this update, but the other members' volumes need it. "
                f"First run pulumi up with etcd:deleteDataVolumes false and etcd:kmsKeyArn as it was: {KEYS}."
            )
    slow = was["performance"][0] == "io2" and was["performance"] == wanted["performance"]
    if slow and was["snapshotOnDelete"] != wanted["snapshotOnDelete"]:
        # github.com/hashicorp/terraform-provider-aws/issues/31044
        yield (
            "etcd:snapshotOnDelete changes alone, which the AWS provider cannot do to an io2 volume: it sends a change "
            "of nothing, and EC2 refuses it. Change etcd:volumeIops in the same update, by one."
        )


def _ssh_keys(was: int | None, wanted: int | None) -> Iterator[str]:
    """Of the generated keys the machines know the one in use and the next; 0 is the operator's own key."""
    if was is None or not wanted or was == wanted:
        return
    if was == 0:
        yield (
            "etcd:sshPublicKey is gone, but the machines know that key alone and would let in no generated one. "
            "Set it back."
        )
    elif wanted != was + 1:
        yield (
            f"etcd:sshKeyGeneration goes from {was} to {wanted}, but the machines know the keys {was} and {was + 1} "
            f"alone, so nobody could log in. Set it to {was + 1}, and go on from there."
        )


def _version(was: str, wanted: str) -> Iterator[str]:
    if minor_of(was) != minor_of(wanted):
        yield f"etcd {was} -> {wanted} changes the minor, which is not supported on a live cluster yet. {SET_BACK}."
    elif numbers(wanted) < numbers(was):
        yield f"etcd {was} -> {wanted} goes back; an older etcd may not read what a newer one wrote. {SET_BACK}."


def _guarded(
    name: str, facts: Mapping[str, Any], parent: pulumi.Resource | None, after: Sequence[pulumi.Resource] = ()
) -> pulumi.Resource:
    hook = pulumi.ResourceHook(name, _compare, pulumi.ResourceHookOptions(on_dry_run=True))
    binding = pulumi.ResourceHookBinding(before_update=[hook])
    opts = pulumi.ResourceOptions(parent=parent, hooks=binding, depends_on=list(after))
    return pulumi.Stash(name, input=dict(facts), opts=opts)


def _compare(args: pulumi.ResourceHookArgs) -> None:
    reasons = list(refusals((args.old_inputs or {}).get("input", {}), (args.new_inputs or {})["input"]))
    if reasons:
        raise pulumi.RunError("\n".join([*reasons, "No machine, disk or network was changed."]))
