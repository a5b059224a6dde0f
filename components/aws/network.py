"""The network: a VPC with one private subnet per zone, or an existing one, and who may reach the members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws.layout import ExistingVpc, NewVpc, Sources
from components.aws.tags import named
from components.topology import CLIENT_PORT, METRICS_PORT, PEER_PORT

SSH_PORT = 22


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What the network is made from.

    Attributes:
        vpc: the VPC to make, or the one to use, with a subnet in each zone that members stand in.
        operator_cidrs: networks that reach SSH; none where a bastion is the way.
        clients: who, besides the members, reaches etcd's client port.
        metrics: who reaches the metrics port.
        description: free text for the security group.
        tags: put on everything.
    """

    vpc: NewVpc | ExistingVpc
    operator_cidrs: Sequence[str] = ()
    clients: Sources = field(default_factory=Sources)
    metrics: Sources = field(default_factory=Sources)
    description: str = "etcd members"
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """Where an interface can lie."""

    id: pulumi.Input[str]
    zone: pulumi.Input[str]


class Network(pulumi.ComponentResource):
    """A place with no need for a route to the internet: nothing on a member uses one. A VPC made here has none.

    The time service and the resolver of EC2 are link-local and pass every security group, so the only traffic that
    has to leave a member goes to other members.

    Attributes:
        subnets: by zone.
        rules: with these done, the security group lets in whom it should.
    """

    vpc_id: pulumi.Input[str]
    subnets: Mapping[str, Subnet]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Network", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        if isinstance(args.vpc, ExistingVpc):
            self.vpc_id = args.vpc.vpc_id
            self.subnets = {zone: Subnet(id=subnet, zone=zone) for zone, subnet in args.vpc.subnets.items()}
        else:
            self.vpc_id = self._vpc(args.vpc.cidr)
            self.subnets = {zone: self._subnet(zone, cidr) for zone, cidr in args.vpc.subnets.items()}
        group = aws.ec2.SecurityGroup(
            f"{name}-members",
            vpc_id=self.vpc_id,
            description=args.description,
            tags=named(args.tags, f"{name}-members"),
            # EC2 cannot change it; the provider would replace a group that is in use.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["description"]),
        )
        self.security_group_id = group.id
        self.rules = self._rules()
        self.register_outputs({"vpc_id": self.vpc_id, "security_group_id": group.id})

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
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=zone,
            map_public_ip_on_launch=False,
            tags=named(self._args.tags, f"{self._name}-{zone}"),
            opts=self._child,
        )
        return Subnet(id=subnet.id, zone=subnet.availability_zone)

    def _rules(self) -> list[pulumi.Resource]:
        args = self._args
        own = {"referenced_security_group_id": self.security_group_id}
        rules = [
            self._ingress("client", CLIENT_PORT, "etcd clients on the members", **own),
            self._ingress("peer", PEER_PORT, "etcd peers", **own),
        ]
        for cidr in args.operator_cidrs:
            rules.append(self._ingress(f"ssh-{cidr}", SSH_PORT, "SSH for operators", cidr_ipv4=cidr))
        rules += self._ingress_from(args.clients, "client", CLIENT_PORT, "etcd clients")
        rules += self._ingress_from(args.metrics, "metrics", METRICS_PORT, "etcd metrics")
        rules.append(
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-egress-members",
                security_group_id=self.security_group_id,
                description="etcd to the other members",
                ip_protocol="tcp",
                from_port=CLIENT_PORT,
                to_port=PEER_PORT,
                tags=named(args.tags, f"{self._name}-egress-members"),
                opts=self._child,
                **own,
            )
        )
        return rules

    def _ingress_from(self, sources: Sources, role: str, port: int, description: str) -> list[pulumi.Resource]:
        """A rule for each source, named by it: one that comes or goes touches no other."""
        by_network = [self._ingress(f"{role}-{cidr}", port, description, cidr_ipv4=cidr) for cidr in sources.cidrs]
        return by_network + [
            self._ingress(f"{role}-{group}", port, description, referenced_security_group_id=group)
            for group in sources.security_group_ids
        ]

    def _ingress(self, role: str, port: int, description: str, **source: pulumi.Input[str]) -> pulumi.Resource:
        return aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-ingress-{role}",
            security_group_id=self.security_group_id,
            description=description,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=named(self._args.tags, f"{self._name}-ingress-{role}"),
            opts=self._child,
            **source,
        )
