"""What a live cluster must not become in one step, refused at preview, before anything is touched."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.topology import Topology

PROCEDURE = "docs/multi-az.md, 'Changing zones', has the way"


class TopologyGuard:
    """A record of the topology in the stack's state, compared with the wanted one before it is changed.

    Attributes:
        record: what could lose quorum waits for it; where the guard refuses, that is never reached. This holds for an
            update without preview too.
    """

    record: pulumi.Resource

    def __init__(self, name: str, topology: Topology, parent: pulumi.Resource) -> None:
        hook = pulumi.ResourceHook(f"{name}-topology", _compare, pulumi.ResourceHookOptions(on_dry_run=True))
        self.record = pulumi.Stash(
            f"{name}-topology",
            input=recorded(topology),
            opts=pulumi.ResourceOptions(parent=parent, hooks=pulumi.ResourceHookBinding(before_update=[hook])),
        )


def recorded(topology: Topology) -> dict[str, dict[str, str]]:
    """The facts that are kept."""
    return {"zones": {member.name: member.zone for member in topology}}


def refusal(was: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """Why the one topology must not become the other, or None if it may. Members that come or go are not its matter."""
    zones = was.get("zones", {})
    moved = [
        f"{name} from {zones[name]} to {zone}"
        for name, zone in sorted(wanted["zones"].items())
        if name in zones and zones[name] != zone
    ]
    if not moved:
        return None
    return (
        f"a live member cannot change its zone ({', '.join(moved)}): its disk and its address stay behind, and moved "
        "together the members would lose quorum and data. No machine, disk or network was changed. Remedy: set "
        f"etcd:multiAz, etcd:availabilityZone and etcd:availabilityZones back; {PROCEDURE}."
    )


def _compare(args: pulumi.ResourceHookArgs) -> None:
    reason = refusal((args.old_inputs or {}).get("input", {}), (args.new_inputs or {})["input"])
    if reason:
        raise pulumi.RunError(reason)
