"""Which availability zones this account has in this region: not every region has a, b and c for everybody."""

from collections.abc import Iterable, Sequence

import pulumi
import pulumi_aws as aws


def require(zones: Iterable[str], parent: pulumi.Resource) -> None:
    """Ends the run where a zone is not offered, before anything is made in the others."""
    # Without a filter EC2 names the region's own zones, and the local ones that the account has opted into.
    offered = aws.get_availability_zones(opts=pulumi.InvokeOptions(parent=parent)).names
    for zone in zones:
        if reason := refusal(zone, offered):
            raise pulumi.RunError(reason)


def refusal(zone: str, offered: Sequence[str]) -> str | None:
    if zone in offered:
        return None
    return (
        f"zone {zone} is not offered to this account; it has {', '.join(sorted(offered))}. "
        "Remedy: name three or more of these in the stack's Pulumi.*.yaml, etcd:availabilityZones: [...]."
    )
