"""Machines that exist only as a record of the calls to them: the tests of the EC2 API run on these."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sandbox.machines.firewall import Firewall
from sandbox.machines.machines import MachineError, MachineSpec, MachineState


@dataclass
class RecordingMachines:
    """Implements `sandbox.machines.machines.Machines`. `hold` keeps a call of that name from returning."""

    calls: list[tuple[str, ...]] = field(default_factory=list)
    specs: dict[str, MachineSpec] = field(default_factory=dict)
    states: dict[str, MachineState] = field(default_factory=dict)
    disks: dict[str, int] = field(default_factory=dict)
    mounts: set[str] = field(default_factory=set)
    subnets: dict[str, str] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    gates: dict[str, threading.Event] = field(default_factory=dict)
    firewall: Firewall = field(default_factory=Firewall)

    def hold(self, name: str) -> threading.Event:
        """Make calls of `name` wait until the event is set."""
        gate = self.gates[name] = threading.Event()
        return gate

    def _note(self, name: str, *arguments: str) -> None:
        if name in self.gates:
            assert self.gates[name].wait(5), f"{name} was held for too long"
        self.calls.append((name, *arguments))
        if name in self.failing:
            raise MachineError(f"{name} was told to fail")

    def run(self, spec: MachineSpec) -> None:
        self._note("run", spec.instance_id)
        self.specs[spec.instance_id] = spec
        self.states[spec.instance_id] = "running"

    def stop(self, instance_id: str) -> None:
        self._note("stop", instance_id)
        self.states[instance_id] = "stopped"
        self.mounts.clear()

    def start(self, instance_id: str) -> None:
        self._note("start", instance_id)
        self.states[instance_id] = "running"

    def reboot(self, instance_id: str) -> None:
        self._note("reboot", instance_id)

    def terminate(self, instance_id: str) -> None:
        self._note("terminate", instance_id)
        self.states.pop(instance_id, None)

    def state(self, instance_id: str) -> MachineState:
        return self.states.get(instance_id, "absent")

    def attach(self, instance_id: str, volume_id: str, device: str) -> None:
        self._note("attach", instance_id, volume_id, device)

    def detach(self, instance_id: str, volume_id: str) -> None:
        if volume_id in self.mounts:
            raise MachineError(f"{volume_id} is mounted in {instance_id}")
        self._note("detach", instance_id, volume_id)

    def mounted(self, instance_id: str, volume_id: str) -> bool:
        return volume_id in self.mounts and self.state(instance_id) == "running"

    def create_volume(self, volume_id: str, size_gib: int) -> None:
        self._note("create_volume", volume_id)
        self.disks[volume_id] = size_gib

    def delete_volume(self, volume_id: str) -> None:
        self._note("delete_volume", volume_id)
        del self.disks[volume_id]

    def grow_volume(self, volume_id: str, size_gib: int) -> None:
        self._note("grow_volume", volume_id)
        self.disks[volume_id] = size_gib

    def create_subnet(self, subnet_id: str, cidr: str, zone: str, vpc_id: str, vpc_cidr: str) -> None:  # noqa: ARG002
        self._note("create_subnet", subnet_id, cidr, zone)
        self.subnets[subnet_id] = cidr

    def delete_subnet(self, subnet_id: str) -> None:
        self._note("delete_subnet", subnet_id)
        del self.subnets[subnet_id]

    def filter(self, firewall: Firewall) -> None:
        self._note("filter")
        self.firewall = firewall

    def isolate_zone(self, zone: str) -> None:
        self._note("isolate_zone", zone)

    def restore_zone(self, zone: str) -> None:
        self._note("restore_zone", zone)

    def console(self, instance_id: str) -> str:
        return f"console of {instance_id}\n"
