"""Network interfaces: their addresses, what they are attached to, and Elastic IP addresses."""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.ec2.exceptions import InvalidNetworkInterfaceIdError, InvalidSecurityGroupNotFoundError
from moto.ec2.models import nat_gateways, vpcs
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.elastic_network_interfaces import Attachment, NetworkInterface
from moto.ec2.models.subnets import Subnet

from sandbox.ec2 import errors, network_errors
from sandbox.ec2.base_backend import BaseBackend

# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: the first four addresses and the last.
RESERVED_AT_START = 4


# Both modules draw an address of their interfaces out of 10.0.0.0/8, whatever the subnet; none means a free one.
for module in (nat_gateways, vpcs):
    vars(module).update(random_private_ip=lambda: "")


class Interface(NetworkInterface):
    """An interface whose groups are its own and whose public address is the region's to give."""

    @property
    def group_set(self) -> list[Any]:
        # moto adds the groups of the instance; here the instance takes its groups from the interface.
        return list(self._group_set)

    def check_auto_public_ip(self) -> None:
        # moto draws a random address out of somebody's range.
        if self.public_ip_auto_assign and not self.public_ip:
            self.public_ip = self.ec2_backend.free_public_address()


def check_address(subnet: Subnet, address: str) -> None:
    """Refuse an address that EC2 would not give out in this subnet."""
    try:
        parsed = ipaddress.IPv4Address(address)
    except ValueError:
        raise network_errors.address_malformed(address) from None
    network = ipaddress.IPv4Network(subnet.cidr_block, strict=False)
    if parsed not in network:
        raise network_errors.address_outside_subnet(address)
    offset = int(parsed) - int(network.network_address)
    if offset < RESERVED_AT_START or parsed == network.broadcast_address:
        raise network_errors.address_reserved(address)


class Interfaces(BaseBackend):
    """What CreateNetworkInterface and its kin permit."""

    def addresses_in_use(self, subnet_id: str) -> set[str]:
        return {
            str(entry["PrivateIpAddress"])
            for eni in self.enis.values()
            if eni.subnet.id == subnet_id
            for entry in eni.private_ip_addresses
        }

    def create_network_interface(
        self,
        subnet: Any,
        private_ip_address: str | list[str] | None,
        private_ip_addresses: list[dict[str, Any]] | None = None,
        group_ids: list[str] | None = None,
        *arguments: Any,
        **options: Any,
    ) -> NetworkInterface:
        subnet = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        for group_id in group_ids or []:
            self.check_group(group_id, subnet)
        # moto's own callers give a list.
        named = private_ip_address if isinstance(private_ip_address, list) else [private_ip_address]
        wanted = {*named, *(entry["PrivateIpAddress"] for entry in private_ip_addresses or [])} - {None, ""}
        if len(wanted) > 1 or int(options.pop("secondary_ips_count", None) or 0):
            raise errors.unsupported("more than one private address on a network interface")
        for address in wanted:
            self.check_free(subnet, str(address))
        address = wanted.pop() if wanted else self.free_address(subnet)
        interface = Interface(  # type: ignore[abstract]
            self, subnet, str(address), None, 0, False, group_ids, *arguments, **options
        )
        self.enis[interface.id] = interface
        return interface

    def assign_private_ip_addresses(self, eni_id: str, *_arguments: Any, **_options: Any) -> NetworkInterface:
        raise errors.unsupported(f"more than one private address on {eni_id}")

    def modify_network_interface_attribute(self, eni_id: str, group_ids: list[str], *arguments: Any) -> None:
        for group_id in group_ids:
            self.check_group(group_id, self.get_network_interface(eni_id).subnet)
        super().modify_network_interface_attribute(eni_id, group_ids, *arguments)

    def check_group(self, group_id: str, subnet: Subnet) -> None:
        # moto makes a group of any ID it does not know.
        group = self.get_security_group_from_id(group_id)
        if group is None:
            raise InvalidSecurityGroupNotFoundError(group_id)
        if group.vpc_id != subnet.vpc_id:
            raise network_errors.foreign_group(group_id, subnet.id)

    def check_free(self, subnet: Subnet, address: str) -> None:
        check_address(subnet, address)
        if address in self.addresses_in_use(subnet.id):
            raise network_errors.address_in_use(address)

    def free_address(self, subnet: Subnet) -> str:
        """The lowest free address. moto draws one at random, also a reserved one."""
        taken = self.addresses_in_use(subnet.id)
        hosts = list(ipaddress.IPv4Network(subnet.cidr_block, strict=False).hosts())
        for address in hosts[RESERVED_AT_START - 1 :]:
            if str(address) not in taken:
                return str(address)
        raise network_errors.no_address_left(subnet.id)

    def delete_network_interface(self, eni_id: str) -> None:
        interface = self.enis.get(eni_id)
        if interface is None:
            raise InvalidNetworkInterfaceIdError(eni_id)
        if interface.attachment_id:
            raise network_errors.interface_attached(eni_id)
        for address in self.addresses:
            if address.eni is interface:
                self.disassociate_address(address.public_ip)
        super().delete_network_interface(eni_id)

    def attach_network_interface(self, eni_id: str, instance_id: str, device_index: int) -> Attachment:
        interface = self.get_network_interface(eni_id)
        self.get_instance(instance_id)
        if interface.attachment_id:
            raise network_errors.interface_in_use(eni_id)
        raise errors.unsupported(f"a second network interface (index {device_index}) on {instance_id}")

    def detach_network_interface(self, attachment_id: str) -> None:
        if any(eni.attachment_id == attachment_id for eni in self.enis.values()):
            raise network_errors.primary_interface_detach()
        super().detach_network_interface(attachment_id)

    def allocate_address(
        self, domain: str, address: str | None = None, tags: dict[str, str] | None = None
    ) -> ElasticAddress:
        return super().allocate_address(domain, address or self.free_public_address(), tags)

    def release_address(self, address: str | None = None, allocation_id: str | None = None) -> None:
        # moto takes the address away from whatever has it.
        found = self.address_by_allocation([allocation_id]) if allocation_id else self.address_by_ip([address or ""])
        if found[0].association_id:
            raise network_errors.address_in_use(found[0].public_ip)
        super().release_address(address, allocation_id)
