"""What AWS must have before anything is made: looked up at each preview and update, all faults told together."""

from collections.abc import Iterator

import pulumi

from components.aws import encryption, existing, offers
from components.aws.hardware import Hardware
from components.aws.layout import BastionSpec, ExistingVpc
from components.aws.network import NetworkArgs
from components.aws.offers import Wanted
from components.topology import Topology


def require(
    topology: Topology,
    hardware: Hardware,
    network: NetworkArgs,
    bastion: BastionSpec | None,
    key_arn: str,
    parent: pulumi.Resource,
) -> None:
    """Ends the run where an instance type, zone, security group, VPC or key is not as the settings claim."""
    reasons = [fault for wanted in _types(topology, hardware, bastion) for fault in offers.faults(wanted, parent)]
    if isinstance(network.vpc, ExistingVpc):
        reasons += existing.faults(network.vpc, topology, parent)
    groups = [*network.clients.security_group_ids, *network.metrics.security_group_ids]
    reasons += existing.unknown_groups(dict.fromkeys(groups), parent)
    reasons += encryption.refusals(key_arn, parent)
    if reasons:
        first, last = "AWS does not have what the settings name:", "Nothing was made or changed."
        raise pulumi.RunError("\n".join([first, *(f"  {reason}" for reason in reasons), last]))


def _types(topology: Topology, hardware: Hardware, bastion: BastionSpec | None) -> Iterator[Wanted]:
    yield Wanted(
        setting="etcd:instanceType",
        instance_type=hardware.instance_type,
        architecture=hardware.architecture,
        zones=topology.zones,
    )
    if bastion:
        yield Wanted(
            setting="etcd:bastionInstanceType",
            instance_type=bastion.instance_type,
            architecture=bastion.architecture,
            zones=[bastion.zone],
        )
