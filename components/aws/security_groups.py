"""The members' security group: who reaches which port."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws.specs import IngressSpec, Sources
from components.aws.tags import named
from components.topology import CLIENT_PORT, METRICS_PORT, PEER_PORT

SSH_PORT = 22


@dataclass(frozen=True, kw_only=True)
class MemberSecurityGroupArgs:
    """Inputs of the members' security group.

    Attributes:
        vpc_id: where the members stand.
        ingress: who reaches them from outside the group.
        tags: put on everything.
    """

    vpc_id: pulumi.Input[str]
    ingress: IngressSpec
    tags: Mapping[str, str] = field(default_factory=dict)


class MemberSecurityGroup(pulumi.ComponentResource):
    """The security group on every member's network interface.

    Attributes:
        id: `sg-…`.
        rules: the rules; once they exist, the group lets in whom it should.
    """

    id: pulumi.Output[str]
    rules: list[pulumi.Resource]

    def __init__(self, name: str, args: MemberSecurityGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:MemberSecurityGroup", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.id = aws.ec2.SecurityGroup(
            f"{name}-members",
            vpc_id=args.vpc_id,
            description=args.ingress.description,
            tags=named(args.tags, f"{name}-members"),
            # EC2 cannot change it; the provider would replace a group that is in use.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["description"]),
        ).id
        self.rules = self._rules()
        self.register_outputs({"security_group_id": self.id})

    def _rules(self) -> list[pulumi.Resource]:
        ingress = self._args.ingress
        own = {"referenced_security_group_id": self.id}
        rules = [
            self._ingress("client", CLIENT_PORT, "etcd clients on the members", **own),
            self._ingress("peer", PEER_PORT, "etcd peers", **own),
        ]
        for cidr in ingress.operator_cidrs:
            rules.append(self._ingress(f"ssh-{cidr}", SSH_PORT, "SSH for operators", cidr_ipv4=cidr))
        rules += self._ingress_from(ingress.clients, "client", CLIENT_PORT, "etcd clients")
        rules += self._ingress_from(ingress.metrics, "metrics", METRICS_PORT, "etcd metrics")
        rules.append(
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-egress-members",
                security_group_id=self.id,
                description="etcd to the other members",
                ip_protocol="tcp",
                from_port=CLIENT_PORT,
                to_port=PEER_PORT,
                tags=named(self._args.tags, f"{self._name}-egress-members"),
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
            security_group_id=self.id,
            description=description,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            tags=named(self._args.tags, f"{self._name}-ingress-{role}"),
            opts=self._child,
            **source,
        )
