"""VPCs, subnets, gateways, route tables and security groups: subnets reach the machines, and nothing in use goes."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import DependencyViolationError, InvalidSecurityGroupNotFoundError, VPCIdNotSpecifiedError
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from sandbox.ec2 import network_errors
from sandbox.ec2.base_backend import BaseBackend
from sandbox.machines.machines import MachineError


class Networks(BaseBackend):
    """What the VPC half of EC2 permits."""

    def create_subnet(
        self,
        vpc_id: str,
        cidr_block: str,
        ipv6_cidr_block: str | None = None,
        availability_zone: str | None = None,
        *arguments: Any,
        **options: Any,
    ) -> Subnet:
        zones = [zone.name for zone in self.describe_availability_zones()]
        if availability_zone and availability_zone not in zones:
            raise network_errors.subnet_zone_unknown(availability_zone, zones)
        subnet = super().create_subnet(
            vpc_id, cidr_block, ipv6_cidr_block, availability_zone or zones[0], *arguments, **options
        )
        # moto takes the first subnet of a zone for the default one, which gives public addresses.
        subnet.default_for_az = False
        subnet.map_public_ip_on_launch = False
        try:
            vpc_cidr = self.get_vpc(vpc_id).cidr_block
            self.machines.create_subnet(subnet.id, subnet.cidr_block, subnet.availability_zone, vpc_id, vpc_cidr)
        except MachineError:
            super().delete_subnet(subnet.id)
            raise
        return subnet

    def delete_subnet(self, subnet_id: str) -> Subnet:
        subnet = self.get_subnet(subnet_id)
        if any(eni.subnet.id == subnet_id for eni in self.enis.values()):
            raise network_errors.has_dependencies("subnet", subnet_id)
        self.machines.delete_subnet(subnet_id)
        # EC2 ends the subnet's associations with it; moto keeps them, and then refuses to delete the route table.
        for table in self.route_tables.values():
            table._associations = {key: to for key, to in table._associations.items() if to != subnet_id}
        for acl in self.network_acls.values():
            acl._associations = {key: of for key, of in acl._associations.items() if of.subnet_id != subnet_id}
        super().delete_subnet(subnet_id)
        return subnet

    def delete_vpc(self, vpc_id: str) -> VPC:
        vpc = self.get_vpc(vpc_id)
        groups = [group for group in self.groups[vpc_id].values() if not group.is_default]
        gateways = [gateway for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
        endpoints = [end for end in self.vpc_end_points.values() if end.vpc_id == vpc_id and end.state != "deleted"]
        subnets = self.describe_subnets(filters={"vpc-id": vpc_id})
        tables = [table for table in self.route_tables.values() if table.vpc_id == vpc_id]
        if groups or gateways or endpoints or subnets or len(tables) > 1:
            raise network_errors.has_dependencies("vpc", vpc_id)
        for group in self.groups.pop(vpc_id).values():
            self.tags.pop(group.id, None)
        for table in tables:
            self.route_tables.pop(table.id)
        for acl_id in [acl.id for acl in self.network_acls.values() if acl.vpc_id == vpc_id]:
            self.network_acls.pop(acl_id)
        super().delete_vpc(vpc_id)
        return vpc

    def create_security_group(
        self, name: str, description: str, vpc_id: str | None = None, *arguments: Any, **options: Any
    ) -> SecurityGroup:
        if not vpc_id:
            raise VPCIdNotSpecifiedError
        self.get_vpc(vpc_id)
        return super().create_security_group(name, description, vpc_id, *arguments, **options)

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        group = self.get_security_group_by_name_or_id(group_id or name or "")
        if group is None:
            raise InvalidSecurityGroupNotFoundError(group_id or name)
        if group.is_default:
            raise network_errors.default_group(group.id)
        others = [other for groups in self.groups.values() for other in groups.values() if other.id != group.id]
        referring = any(
            rule.source_group.get("GroupId") == group.id
            for other in others
            for rule in [*other.ingress_rules, *other.egress_rules]
        )
        if referring or any(group in eni._group_set for eni in self.enis.values()):
            raise network_errors.group_has_dependents(group.id)
        super().delete_security_group(group_id=group.id)

    def revoke_security_group_ingress(self, *arguments: Any, **options: Any) -> None:
        self._check_rule_ids(options.get("security_rule_ids"))
        super().revoke_security_group_ingress(*arguments, **options)

    def revoke_security_group_egress(self, *arguments: Any, **options: Any) -> None:
        self._check_rule_ids(options.get("security_rule_ids"))
        super().revoke_security_group_egress(*arguments, **options)

    def _check_rule_ids(self, rule_ids: list[str] | None) -> None:
        """A revocation that is sent twice must fail as on EC2: the provider takes only that for done."""
        groups = [group for groups in self.groups.values() for group in groups.values()]
        known = {rule.id for group in groups for rule in [*group.ingress_rules, *group.egress_rules]}
        for rule_id in rule_ids or []:
            if rule_id not in known:
                raise network_errors.rule_unknown(rule_id)

    def delete_route_table(self, route_table_id: str) -> None:
        if self.get_route_table(route_table_id).main_association_id:
            raise network_errors.has_dependencies("routeTable", route_table_id)
        super().delete_route_table(route_table_id)

    def delete_nat_gateway(self, nat_gateway_id: str) -> NatGateway:
        # moto lets its interface live on, and with it the subnet's and the public address's dependents.
        if nat_gateway_id not in self.nat_gateways:
            raise network_errors.nat_gateway_unknown(nat_gateway_id)
        gateway = super().delete_nat_gateway(nat_gateway_id)
        self.delete_network_interface(gateway._eni.id)
        return gateway

    def delete_internet_gateway(self, internet_gateway_id: str) -> None:
        try:
            super().delete_internet_gateway(internet_gateway_id)
        except DependencyViolationError:
            raise network_errors.has_dependencies("internetGateway", internet_gateway_id) from None

    def detach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> None:
        if any(eni.public_ip and eni.subnet.vpc_id == vpc_id for eni in self.enis.values()):
            raise network_errors.mapped_public_addresses(vpc_id)
        super().detach_internet_gateway(internet_gateway_id, vpc_id)
