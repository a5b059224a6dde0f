"""The network: a VPC with one private subnet per zone, and who may reach the members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws import zones
from components.aws.tags import named
from components.topology import CLIENT_PORT, PEER_PORT

SSH_PORT = 22


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What the network is made from.

    Attributes:
        vpc_cidr: addresses of the VPC.
        subnets: of each zone that members stand in, the addresses of its subnet, inside the VPC.
        operator_cidrs: the only networks that reach SSH.
        client_cidrs: addresses outside the members that reach etcd's client port.
        description: free text for the security group.
        tags: put on everything.
    """

    vpc_cidr: str
    subnets: Mapping[str, str]
    operator_cidrs: Sequence[str]
    client_cidrs: Sequence[str] = ()
    description: str = "etcd members"
    tags: Mapping[str, str] = field(default_factory=dict)


class Network(pulumi.ComponentResource):
    """A VPC with no route to the internet: nothing on a member needs one, and nothing out there reaches it.

    The time service and the resolver of EC2 are link-local and pass every security group, so the only traffic that
    has to leave a member goes to other members.

    Attributes:
        subnets: by zone.
        rules: with these done, the security group lets in whom it should.
    """

    vpc_id: pulumi.Output[str]
    subnets: Mapping[str, aws.ec2.Subnet]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Network", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.vpc_cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=named(args.tags, name),
            opts=self._child,
        )
        group = aws.ec2.SecurityGroup(
            f"{name}-members",
            vpc_id=vpc.id,
            description=args.description,
            tags=named(args.tags, f"{name}-members"),
            # EC2 cannot change it; the provider would replace a group that is in use.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["description"]),
        )
        self.vpc_id, self.security_group_id = vpc.id, group.id
        # One zone needs no look: EC2 itself refuses it, and nothing stands half made elsewhere.
        if len(args.subnets) > 1:
            zones.require(args.subnets, self)
        self.subnets = {zone: self._subnet(zone, cidr) for zone, cidr in args.subnets.items()}
        self.rules = self._rules()
        self.register_outputs({"vpc_id": vpc.id, "security_group_id": group.id})

    def _subnet(self, zone: str, cidr: str) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{self._name}-subnet-{zone}",
            vpc_id=self.vpc_id,
            cidr_block=cidr,
            availability_zone=zone,
            map_public_ip_on_launch=False,
            tags=named(self._args.tags, f"{self._name}-{zone}"),
            opts=self._child,
        )

    def _rules(self) -> list[pulumi.Resource]:
        args = self._args
        own = {"referenced_security_group_id": self.security_group_id}
        rules = [
            self._ingress("client", CLIENT_PORT, "etcd clients on the members", **own),
            self._ingress("peer", PEER_PORT, "etcd peers", **own),
        ]
        for cidr in args.operator_cidrs:
            rules.append(self._ingress(f"ssh-{cidr}", SSH_PORT, "SSH for operators", cidr_ipv4=cidr))
        for cidr in args.client_cidrs:
            rules.append(self._ingress(f"client-{cidr}", CLIENT_PORT, "etcd clients", cidr_ipv4=cidr))
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
