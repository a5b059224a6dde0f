"""The spread placement group: machines of one zone on separate racks, so that one broken switch takes one member."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.aws.tags import named
from components.topology import Topology


def spread_group(
    name: str, topology: Topology, tags: Mapping[str, str], parent: pulumi.Resource
) -> pulumi.Output[str] | None:
    """Name of a placement group for a cluster in one zone.

    Over several zones none is needed: the loss of a rack is less than that of its zone. A group takes seven machines
    per zone, as many as the largest cluster has:
    docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
    """
    if len(topology.zones) > 1:
        return None
    group = aws.ec2.PlacementGroup(
        f"{name}-spread",
        strategy="spread",
        tags=named(tags, f"{name}-spread"),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return group.id  # the provider's ID of a group is its name
