"""The bastion: the one machine with a public address, through which every connection to a member goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_tls as tls

from components.aws import user_data
from components.aws.ami import debian_image
from components.aws.security_groups import SSH_PORT
from components.aws.specs import BastionSpec
from components.aws.ssh_keys import LoginKeys
from components.aws.tags import named
from components.remote import commands
from components.remote.hosts import Host

BASTION = "bastion"
ROOT_VOLUME_GIB = 8


@dataclass(frozen=True, kw_only=True)
class BastionArgs:
    """Inputs of the bastion.

    Attributes:
        cluster: name of the cluster, the first part of every resource's name.
        spec: what is wanted.
        vpc_id: a VPC without an internet gateway; it can have only one.
        members_group_id: security group of the members.
        destinations: the members' addresses, the only ones that it forwards to.
        keys: who logs in.
        tags: put on everything.
    """

    cluster: str
    spec: BastionSpec
    vpc_id: pulumi.Input[str]
    members_group_id: pulumi.Input[str]
    destinations: Sequence[str]
    keys: LoginKeys
    tags: Mapping[str, str] = field(default_factory=dict)


class Bastion(pulumi.ComponentResource):
    """A small machine that forwards SSH to the members and does nothing else. It holds no state: whatever becomes of
    it disturbs no member, and its address and host key outlive it.

    Attributes:
        host: the hop of every connection.
        ready: resources that must exist before connections get through it.
    """

    host: Host
    ready: list[pulumi.Resource]

    def __init__(self, name: str, args: BastionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Bastion", name, None, opts)
        self._args, self._child = args, pulumi.ResourceOptions(parent=self)
        self._tags = named(args.tags, f"{args.cluster}-{BASTION}")
        host_key = tls.PrivateKey(self._logical("host-key"), algorithm="ED25519", opts=self._child)
        gateway = aws.ec2.InternetGateway(
            self._logical("internet-gateway"), vpc_id=args.vpc_id, tags=self._tags, opts=self._child
        )
        subnet, routed = self._public_subnet(gateway)
        group, rules = self._firewall()
        instance = self._instance(subnet, group, host_key)
        address, reached = self._address(gateway, instance)
        self.host = Host(
            name=f"{args.cluster}-{BASTION}",
            instance=instance,
            instance_id=instance.id,
            address=address.public_ip,
            user=args.keys.user,
            private_key=args.keys.private_key,
            host_key=host_key.public_key_openssh.apply(str.strip),
            ready=[*rules, routed, *reached],
        )
        self.ready = [self._hardened(), *rules]
        self.register_outputs({"address": address.public_ip})

    def _public_subnet(self, gateway: aws.ec2.InternetGateway) -> tuple[aws.ec2.Subnet, pulumi.Resource]:
        spec = self._args.spec
        subnet = aws.ec2.Subnet(
            self._logical("subnet"),
            vpc_id=self._args.vpc_id,
            cidr_block=spec.subnet_cidr,
            availability_zone=spec.zone,
            map_public_ip_on_launch=False,
            tags=self._tags,
            opts=self._child,
        )
        table = aws.ec2.RouteTable(
            self._logical("route-table"),
            vpc_id=self._args.vpc_id,
            routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
            tags=self._tags,
            opts=self._child,
        )
        association = aws.ec2.RouteTableAssociation(
            self._logical("route-table-association"), subnet_id=subnet.id, route_table_id=table.id, opts=self._child
        )
        return subnet, association

    def _firewall(self) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
        """In from operators, out to members, and from nowhere else into the members."""
        args = self._args
        group = aws.ec2.SecurityGroup(
            self._logical("security-group"),
            vpc_id=args.vpc_id,
            description=f"Bastion of {args.cluster}",
            tags=self._tags,
            opts=self._child,
        )
        rules = [
            self._rule(aws.vpc.SecurityGroupIngressRule, f"ingress-{cidr}", group.id, cidr_ipv4=cidr)
            for cidr in args.spec.operator_cidrs
        ]
        to_members = {"referenced_security_group_id": args.members_group_id}
        from_bastion = {"referenced_security_group_id": group.id}
        rules += [
            self._rule(aws.vpc.SecurityGroupEgressRule, "egress", group.id, **to_members),
            self._rule(aws.vpc.SecurityGroupIngressRule, "ingress-members", args.members_group_id, **from_bastion),
        ]
        return group, rules

    def _rule(
        self,
        kind: type[aws.vpc.SecurityGroupIngressRule] | type[aws.vpc.SecurityGroupEgressRule],
        role: str,
        group_id: pulumi.Input[str],
        **peer: pulumi.Input[str],
    ) -> pulumi.Resource:
        return kind(
            self._logical(role),
            security_group_id=group_id,
            description="SSH by the bastion",
            ip_protocol="tcp",
            from_port=SSH_PORT,
            to_port=SSH_PORT,
            tags=self._tags,
            opts=self._child,
            **peer,
        )

    def _instance(
        self, subnet: aws.ec2.Subnet, group: aws.ec2.SecurityGroup, host_key: tls.PrivateKey
    ) -> aws.ec2.Instance:
        args, spec = self._args, self._args.spec
        return aws.ec2.Instance(
            # The image stays as long as the name does, so another architecture needs another name.
            self._logical(f"instance-{spec.architecture}"),
            ami=debian_image(spec.architecture, self),
            instance_type=spec.instance_type,
            key_name=args.keys.key_name,
            subnet_id=subnet.id,
            vpc_security_group_ids=[group.id],
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            root_block_device={"encrypted": True, "volume_type": "gp3", "volume_size": ROOT_VOLUME_GIB},
            user_data=user_data.first_boot(host_key),
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["ami", "userData"], depends_on=[args.keys.pair]),
        )

    def _address(
        self, gateway: aws.ec2.InternetGateway, instance: aws.ec2.Instance
    ) -> tuple[aws.ec2.Eip, list[pulumi.Resource]]:
        """An address that stays when the instance goes: nothing else in the stack notices a new one."""
        # EC2 gives an address out only where there is a gateway, and keeps the gateway as long as one is in use.
        behind_gateway = pulumi.ResourceOptions(parent=self, depends_on=[gateway])
        address = aws.ec2.Eip(self._logical("eip"), domain="vpc", tags=self._tags, opts=behind_gateway)
        last = pulumi.ResourceOptions(parent=self, delete_before_replace=True, deleted_with=instance)
        running = aws.ec2transitgateway.InstanceState(
            self._logical("state"), instance_id=instance.id, state="running", opts=last
        )
        association = aws.ec2.EipAssociation(
            self._logical("eip-association"),
            allocation_id=address.allocation_id,
            instance_id=instance.id,
            opts=pulumi.ResourceOptions.merge(behind_gateway, pulumi.ResourceOptions(delete_before_replace=True)),
        )
        return address, [running, association]

    def _hardened(self) -> pulumi.Resource:
        variables = {
            "login": self.host.user,
            "authorized_keys": self._args.keys.authorized_keys,
            "destinations": " ".join(f"{address}:{SSH_PORT}" for address in self._args.destinations),
        }
        script = commands.Script("harden-bastion", variables, wait_for_boot=True)
        return commands.run(self._logical("harden"), self.host, script, parent=self)

    def _logical(self, role: str) -> str:
        return f"{self._args.cluster}-{role}-{BASTION}"
