"""The network: a VPC with one private subnet, and who may reach the members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws.tags import named

CLIENT_PORT, PEER_PORT, SSH_PORT = 2379, 2380, 22


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What the network is made from.

    Attributes:
        vpc_cidr: addresses of the VPC.
        subnet_cidr: addresses of the members' subnet, inside the VPC.
        availability_zone: where the subnet lies.
        operator_cidr: the only addresses that reach SSH.
        client_cidrs: addresses outside the members that reach etcd's client port.
        description: free text for the security group.
        tags: put on everything.
    """

    vpc_cidr: str
    subnet_cidr: str
    availability_zone: str
    operator_cidr: str
    client_cidrs: Sequence[str] = ()
    description: str = "etcd members"
    tags: Mapping[str, str] = field(default_factory=dict)


class Network(pulumi.ComponentResource):
    """A VPC with no route to the internet: nothing on a member needs one, and nothing out there reaches it.

    The time service and the resolver of EC2 are link-local and pass every security group, so the only traffic that
    has to leave a member goes to other members.
    """

    vpc_id: pulumi.Output[str]
    subnet_id: pulumi.Output[str]
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
        subnet = aws.ec2.Subnet(
            f"{name}-subnet-{args.availability_zone}",
            vpc_id=vpc.id,
            cidr_block=args.subnet_cidr,
            availability_zone=args.availability_zone,
            map_public_ip_on_launch=False,
            tags=named(args.tags, f"{name}-{args.availability_zone}"),
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
        self.vpc_id, self.subnet_id, self.security_group_id = vpc.id, subnet.id, group.id
        self.rules = self._rules()
        self.register_outputs({"vpc_id": vpc.id, "subnet_id": subnet.id, "security_group_id": group.id})

    def _rules(self) -> list[pulumi.Resource]:
        args = self._args
        own = {"referenced_security_group_id": self.security_group_id}
        rules = [
            self._ingress("client", CLIENT_PORT, "etcd clients on the members", **own),
            self._ingress("peer", PEER_PORT, "etcd peers", **own),
            self._ingress("ssh", SSH_PORT, "SSH for the operator", cidr_ipv4=args.operator_cidr),
        ]
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
