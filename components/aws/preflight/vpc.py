"""Checks whether an existing VPC, its subnets and security groups are as the settings say."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.aws.specs import ExistingVpc
from components.topology import Topology, subnet_error


@dataclass(frozen=True, kw_only=True)
class FoundSubnet:
    """A subnet as EC2 describes it."""

    vpc_id: str
    zone: str
    cidr: str


def violations(claimed: ExistingVpc, topology: Topology, parent: pulumi.Resource) -> Iterator[str]:
    """Looks the VPC and its subnets up and yields what is not as claimed."""
    subnets = {}
    for subnet_id in claimed.subnets.values():
        if subnet := _found(aws.ec2.get_subnet, subnet_id, parent):
            subnets[subnet_id] = FoundSubnet(
                vpc_id=subnet.vpc_id, zone=subnet.availability_zone, cidr=subnet.cidr_block
            )
    vpc = _found(aws.ec2.get_vpc, claimed.vpc_id, parent)
    yield from differences(claimed, topology, vpc is not None, subnets)


def unknown_groups(group_ids: Iterable[str], parent: pulumi.Resource) -> Iterator[str]:
    """Security groups that are named as sources and that this account does not have."""
    for group_id in group_ids:
        if not _found(aws.ec2.get_security_group, group_id, parent):
            yield f"security group {group_id}: there is none in this account and region."


def differences(
    claimed: ExistingVpc, topology: Topology, vpc_exists: bool, found: Mapping[str, FoundSubnet]
) -> Iterator[str]:
    """What is not as claimed. `found` has the subnets that exist, by ID."""
    if not vpc_exists:
        yield f"etcd:vpcId = {claimed.vpc_id}: there is no such VPC in this account and region."
    for zone, subnet_id in claimed.subnets.items():
        subnet = found.get(subnet_id)
        if subnet is None:
            yield f"etcd:subnetIds, {subnet_id}: there is no such subnet in this account and region."
            continue
        if subnet.vpc_id != claimed.vpc_id:
            yield f"etcd:subnetIds, {subnet_id} lies in {subnet.vpc_id}, not in etcd:vpcId, {claimed.vpc_id}."
        if subnet.zone != zone:
            yield f"etcd:subnetIds, {subnet_id} stands for zone {zone}, but lies in {subnet.zone}."
        for member in topology:
            if member.zone == zone and (rule := subnet_error(member.address, subnet.cidr)):
                yield f"etcd:addresses, {member.address} of {member.name} must be {rule}, as {subnet_id} has it."


def _found(look_up: Callable[..., Any], resource_id: str, parent: pulumi.Resource) -> Any:
    """The resource as EC2 describes it; None where there is no such thing."""
    try:
        return look_up(id=resource_id, opts=pulumi.InvokeOptions(parent=parent))
    except Exception as error:  # the SDK raises nothing narrower
        if "no matching" in str(error):
            return None
        raise
