"""The base of every part of the EC2 backend: moto's backend, the machines, and the lock over both."""

from __future__ import annotations

import ipaddress
import threading
from types import ModuleType
from typing import ClassVar, cast

from moto.ec2 import urls
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPC

from sandbox.ec2 import network_errors
from sandbox.ec2.instances import MachineInstance
from sandbox.machines.machines import Machines

# RFC 5737, TEST-NET-3: moto draws public addresses from ranges that belong to somebody.
PUBLIC_ADDRESSES = ipaddress.IPv4Network("203.0.113.0/24")


class BaseBackend(EC2Backend):
    """The common base of the parts; `Ec2Backend` puts them together."""

    machines: ClassVar[Machines]
    lock: ClassVar[threading.RLock] = threading.RLock()
    """Held for the length of every API call and every change of state: moto's dictionaries are not safe for threads."""

    @property
    def _url_module(self) -> ModuleType:
        # moto guesses it from the name of the backend's module, which would be one of ours.
        return urls

    def create_default_vpc(self) -> VPC:
        """Keep moto from making one: the account is one whose default VPC was deleted, and it needs no bridges."""
        return VPC(self, "vpc-00000000000000000", "172.31.0.0/16", is_default=True)  # type: ignore[abstract]

    def machine_instance(self, instance_id: str) -> MachineInstance:
        # Every instance is one, since `launch` alone makes them.
        return cast(MachineInstance, self.get_instance(instance_id))

    def machine_instances(self, instance_ids: list[str] | None = None) -> list[MachineInstance]:
        found = self.all_instances() if instance_ids is None else self.get_multi_instances_by_id(instance_ids)
        return cast(list[MachineInstance], found)

    def free_public_address(self) -> str:
        """The lowest public address that no Elastic IP and no interface has."""
        taken = {address.public_ip for address in self.addresses} | {eni.public_ip for eni in self.enis.values()}
        for address in PUBLIC_ADDRESSES.hosts():
            if str(address) not in taken:
                return str(address)
        raise network_errors.no_public_address_left()
