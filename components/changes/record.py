"""Records in the stack's state of what a running cluster cannot change, compared with the new values at preview.

A hook compares a record's old and new inputs before the record is updated, at preview and in an update without one.
What could lose quorum or data depends on the record, so that a refusal leaves it as it was. components/changes/
immutable.py has the rules.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.aws.specs import DataVolumeSpec
from components.changes import immutable
from components.topology import Topology

SCHEMA = 1  # of all records; one more when a record's form changes
Violations = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class ClusterRecord:
    """What of a cluster is recorded: a change of it could cost quorum or data.

    `network` has the VPC under `vpc` and each zone's subnet under the zone: an ID, or the range of one made here.
    """

    topology: Topology
    network: Mapping[str, str]
    architecture: str
    volume: DataVolumeSpec
    version: str
    kms_key_arn: str = ""
    replace_volume_of: str = ""

    def to_state(self) -> dict[str, Any]:
        """The record as it is kept in state."""
        return {
            "zones": {member.name: member.zone for member in self.topology},
            "addresses": {member.name: member.address for member in self.topology},
            "network": dict(self.network),
            "architecture": self.architecture,
            "volumeSizeGib": self.volume.size_gib,
            "volume": {
                "performance": [self.volume.type, self.volume.size_gib, self.volume.iops],
                "snapshotOnDelete": self.volume.snapshot_on_delete,
                "keepsKey": self.volume.leaves_data,
                "kmsKeyArn": self.kms_key_arn,
                "replaceVolumeOf": self.replace_volume_of,
            },
            "version": self.version,
        }


def keep_cluster_record(name: str, record: ClusterRecord, parent: pulumi.Resource | None) -> pulumi.Resource:
    """Keeps the record of the cluster. Whatever could lose quorum depends on the resource that is returned."""
    return _keep(f"{name}-record", record.to_state(), immutable.cluster, parent)


def keep_name(cluster_name: str) -> pulumi.Resource:
    """Keeps the cluster's name, which is a part of every resource's: another name means another cluster."""
    return _keep("cluster-name", {"name": cluster_name}, immutable.name, None)


def keep_ssh_key_generation(
    name: str, key_generation: int, parent: pulumi.Resource, depends_on: Sequence[pulumi.Resource]
) -> pulumi.Resource:
    """Keeps the generation of the SSH key that every machine has, so it is written after they have got it."""
    return _keep(f"{name}-ssh-keys", {"sshKeyGeneration": key_generation}, immutable.ssh_keys, parent, depends_on)


def _keep(
    name: str,
    values: Mapping[str, Any],
    violations: Violations,
    parent: pulumi.Resource | None,
    depends_on: Sequence[pulumi.Resource] = (),
) -> pulumi.Resource:
    def compare(args: pulumi.ResourceHookArgs) -> None:
        old, new = (args.old_inputs or {}).get("input"), (args.new_inputs or {})["input"]
        reasons = list(violations(old, new)) if old else []
        if reasons:
            raise pulumi.RunError("\n".join([*reasons, "No machine, disk or network was changed."]))

    hook = pulumi.ResourceHook(name, compare, pulumi.ResourceHookOptions(on_dry_run=True))
    binding = pulumi.ResourceHookBinding(before_update=[hook])
    opts = pulumi.ResourceOptions(parent=parent, hooks=binding, depends_on=list(depends_on))
    return pulumi.Stash(name, input={"schema": SCHEMA, **values}, opts=opts)
