"""What AWS must have before anything is made: looked up at each preview and update, all faults told together."""

import pulumi

from components.aws import existing, offers
from components.aws.layout import ExistingVpc
from components.aws.machine import Hardware
from components.aws.network import NetworkArgs
from components.topology import Topology


def require(topology: Topology, hardware: Hardware, network: NetworkArgs, parent: pulumi.Resource) -> None:
    """Ends the run where the instance type, a zone, a security group or the given VPC is not as the settings claim."""
    reasons = list(offers.faults(hardware.instance_type, hardware.architecture, topology.zones, parent))
    if isinstance(network.vpc, ExistingVpc):
        reasons += existing.faults(network.vpc, topology, parent)
    groups = [*network.clients.security_group_ids, *network.metrics.security_group_ids]
    reasons += existing.unknown_groups(dict.fromkeys(groups), parent)
    if reasons:
        first, last = "AWS does not have what the settings name:", "Nothing was made or changed."
        raise pulumi.RunError("\n".join([first, *(f"  {reason}" for reason in reasons), last]))
