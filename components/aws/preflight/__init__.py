"""Lookups in AWS at each preview and update, before anything is made. All violations are reported together."""

from collections.abc import Iterator

import pulumi

from components.aws.preflight import instance_types, kms, vpc
from components.aws.preflight.instance_types import InstanceTypeUse
from components.aws.specs import BastionSpec, ExistingVpc, IngressSpec, InstanceSpec, NewVpc
from components.topology import Topology


def check(
    topology: Topology,
    instance: InstanceSpec,
    vpc_spec: NewVpc | ExistingVpc,
    ingress: IngressSpec,
    bastion: BastionSpec | None,
    key_arn: str,
    *,
    parent: pulumi.Resource,
) -> None:
    """Ends the run where an instance type, zone, security group, VPC or key is not as the settings say.

    Raises:
        pulumi.RunError: with every violation.
    """
    reasons = [each for use in _types(topology, instance, bastion) for each in instance_types.violations(use, parent)]
    if isinstance(vpc_spec, ExistingVpc):
        reasons += vpc.violations(vpc_spec, topology, parent)
    groups = [*ingress.clients.security_group_ids, *ingress.metrics.security_group_ids]
    reasons += vpc.unknown_groups(dict.fromkeys(groups), parent)
    reasons += kms.violations(key_arn, parent)
    if reasons:
        first, last = "AWS does not have what the settings name:", "Nothing was made or changed."
        raise pulumi.RunError("\n".join([first, *(f"  {reason}" for reason in reasons), last]))


def _types(topology: Topology, instance: InstanceSpec, bastion: BastionSpec | None) -> Iterator[InstanceTypeUse]:
    yield InstanceTypeUse(
        setting="etcd:instanceType",
        instance_type=instance.instance_type,
        architecture=instance.architecture,
        zones=topology.zones,
    )
    if bastion:
        yield InstanceTypeUse(
            setting="etcd:bastionInstanceType",
            instance_type=bastion.instance_type,
            architecture=bastion.architecture,
            zones=[bastion.zone],
        )
