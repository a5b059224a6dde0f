"""The region's machines in systemd-nspawn: implements `sandbox.machines.machines.Machines`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network

from sandbox.machines.firewall import Firewall
from sandbox.machines.machines import MachineError, MachineSpec, MachineState
from sandbox.region.network import Subnet
from sandbox.region.nspawn_machine import NspawnMachine, RegionContext


class NspawnMachines:
    """All machines, volumes and subnets of one region."""

    def __init__(self, context: RegionContext) -> None:
        self._context = context
        self._machines: dict[str, NspawnMachine] = {}
        self._lock = threading.Lock()

    def run(self, spec: MachineSpec) -> None:
        self._context.network.get(spec.subnet_id)
        machine = NspawnMachine(self._context, spec)
        with self._lock:
            self._machines[spec.instance_id] = machine
        machine.power_on()

    def stop(self, instance_id: str) -> None:
        self._machine(instance_id).power_off()

    def start(self, instance_id: str) -> None:
        self._machine(instance_id).power_on()

    def reboot(self, instance_id: str) -> None:
        self._machine(instance_id).reboot()

    def terminate(self, instance_id: str) -> None:
        machine = self._machines.get(instance_id)
        if machine is None:
            return
        machine.delete()
        with self._lock:
            del self._machines[instance_id]

    def state(self, instance_id: str) -> MachineState:
        machine = self._machines.get(instance_id)
        return machine.state() if machine else "absent"

    def attach(self, instance_id: str, volume_id: str, device: str) -> None:  # noqa: ARG002 - as on EC2, no NVMe disk has this name
        self._machine(instance_id).attach(volume_id)

    def detach(self, instance_id: str, volume_id: str) -> None:
        self._machine(instance_id).detach(volume_id)

    def mounted(self, instance_id: str, volume_id: str) -> bool:
        return self._machine(instance_id).mounted(volume_id)

    def create_volume(self, volume_id: str, size_gib: int) -> None:
        self._context.disks.create(volume_id, size_gib)

    def grow_volume(self, volume_id: str, size_gib: int) -> None:
        self._context.disks.grow(volume_id, size_gib)

    def delete_volume(self, volume_id: str) -> None:
        self._context.disks.delete(volume_id)

    def create_subnet(self, subnet_id: str, cidr: str, zone: str, vpc_id: str, vpc_cidr: str) -> None:
        self._context.network.create(Subnet(subnet_id, IPv4Network(cidr), zone, vpc_id, IPv4Network(vpc_cidr)))

    def delete_subnet(self, subnet_id: str) -> None:
        self._context.network.delete(subnet_id)

    def filter(self, firewall: Firewall) -> None:
        self._context.network.filter(firewall)

    def isolate_zone(self, zone: str) -> None:
        self._context.network.isolate(zone)

    def restore_zone(self, zone: str) -> None:
        self._context.network.restore(zone)

    def console(self, instance_id: str) -> str:
        return self._machine(instance_id).console.read_text(errors="replace")

    def power_off_all(self) -> None:
        """Shut every machine down in order, all at once."""
        with self._lock:
            machines = list(self._machines.values())
        with ThreadPoolExecutor(max_workers=max(len(machines), 1)) as pool:
            list(pool.map(NspawnMachine.power_off, machines))

    def _machine(self, instance_id: str) -> NspawnMachine:
        try:
            return self._machines[instance_id]
        except KeyError:
            raise MachineError(f"no machine {instance_id} in this region") from None
