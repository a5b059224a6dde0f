"""The VPC with one private subnet per zone: made here, or an existing one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws.specs import ExistingVpc, NewVpc
from components.aws.tags import named


@dataclass(frozen=True, kw_only=True)
class VpcArgs:
    """Inputs of a VPC.

    Attributes:
        spec: the VPC to make, or the one to use, with a subnet in each zone that members stand in.
        tags: put on everything.
    """

    spec: NewVpc | ExistingVpc
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """Where a network interface can lie."""

    id: pulumi.Input[str]
    zone: pulumi.Input[str]


class Vpc(pulumi.ComponentResource):
    """The members' VPC. Members need no internet access, so a VPC made here has no route to it.

    The time service and the resolver of EC2 are link-local and pass every security group, so the only traffic that
    has to leave a member goes to other members.

    Attributes:
        id: `vpc-…`.
        subnets: by zone.
    """

    id: pulumi.Input[str]
    subnets: Mapping[str, Subnet]

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Vpc", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        if isinstance(args.spec, ExistingVpc):
            self.id = args.spec.vpc_id
            self.subnets = {zone: Subnet(id=subnet, zone=zone) for zone, subnet in args.spec.subnets.items()}
        else:
            self.id = self._vpc(args.spec.cidr)
            self.subnets = {zone: self._subnet(zone, cidr) for zone, cidr in args.spec.subnets.items()}
        self.register_outputs({"vpc_id": self.id})

    def _vpc(self, cidr: str) -> pulumi.Output[str]:
        return aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=named(self._args.tags, self._name),
            opts=self._child,
        ).id

    def _subnet(self, zone: str, cidr: str) -> Subnet:
        subnet = aws.ec2.Subnet(
            f"{self._name}-subnet-{zone}",
            vpc_id=self.id,
            cidr_block=cidr,
            availability_zone=zone,
            map_public_ip_on_launch=False,
            tags=named(self._args.tags, f"{self._name}-{zone}"),
            opts=self._child,
        )
        return Subnet(id=subnet.id, zone=subnet.availability_zone)
