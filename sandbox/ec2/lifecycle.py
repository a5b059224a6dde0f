"""What happens to an instance after its launch. Calls are answered at once; the machine follows in the background."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable

from moto.ec2.exceptions import (
    InvalidParameterCombination,
    OperationDisableApiStopNotPermitted,
    OperationNotPermitted4,
)
from moto.ec2.models.instances import Instance, InstanceState

from sandbox.ec2 import errors
from sandbox.ec2.instances import MachineInstance
from sandbox.ec2.interfaces import Interfaces
from sandbox.ec2.volumes import Volumes
from sandbox.machines.machines import MachineError

logger = logging.getLogger(__name__)

USER_SHUTDOWN = ("Client.UserInitiatedShutdown", "User initiated shutdown")
Changes = list[tuple[Instance, InstanceState]]


class Lifecycle(Volumes, Interfaces):
    """StartInstances, StopInstances, RebootInstances and TerminateInstances."""

    def refresh(self) -> None:
        """Let the API know of machines that went off, or came on again, by themselves."""
        for instance in self.machine_instances():
            if instance.state not in {"running", "stopped"} or not instance.worker.idle:
                continue
            running = self.machines.state(instance.id) == "running"
            if running and instance.state == "stopped":
                instance.enter("running")
            elif not running and instance.state == "running":
                instance.enter("stopped", "Client.InstanceInitiatedShutdown", "Instance initiated shutdown")
                if instance.instance_initiated_shutdown_behavior == "terminate":
                    self._terminate_later(instance)

    def start_instances(self, instance_ids: list[str]) -> Changes:
        instances = self.machine_instances(instance_ids)
        for instance in instances:
            if instance.state not in {"stopped", "running", "pending"}:
                raise errors.wrong_state(instance.id, "started")
        return [self._change(instance, "stopped", "pending", self.machines.start) for instance in instances]

    def stop_instances(self, instance_ids: list[str]) -> Changes:
        instances = self.machine_instances(instance_ids)
        for instance in instances:
            if instance.state == "pending":
                raise errors.never_ran(instance.id)
            if instance.state not in {"running", "stopping", "stopped"}:
                raise errors.wrong_state(instance.id, "stopped")
            if instance.disable_api_stop:
                raise OperationDisableApiStopNotPermitted(instance.id)
        return [self._change(instance, "running", "stopping", self.machines.stop) for instance in instances]

    def reboot_instances(self, instance_ids: list[str]) -> list[Instance]:
        instances = self.machine_instances(instance_ids)
        for instance in instances:
            if instance.state != "running":
                raise errors.wrong_state(instance.id, "rebooted")
        for instance in instances:
            instance.worker.do(lambda instance_id=instance.id: self.machines.reboot(instance_id))  # type: ignore[misc]
        return list(instances)

    def terminate_instances(self, instance_ids: list[str]) -> Changes:
        if not instance_ids:
            raise InvalidParameterCombination("No instances specified")
        instances = self.machine_instances(instance_ids)
        for instance in instances:
            if instance.disable_api_termination and instance.state not in {"shutting-down", "terminated"}:
                raise OperationNotPermitted4(instance.id)
        changes: Changes = []
        for instance in instances:
            changes.append((instance, copy.copy(instance._state)))
            if instance.state not in {"shutting-down", "terminated"}:
                self._terminate_later(instance)
        return changes

    def _change(
        self, instance: MachineInstance, origin: str, transient: str, act: Callable[[str], None]
    ) -> tuple[Instance, InstanceState]:
        """Set out from `origin`; an instance that is elsewhere is there already, which EC2 takes for success."""
        previous = copy.copy(instance._state)
        if instance.state == origin:
            instance.enter(transient, *(USER_SHUTDOWN if transient == "stopping" else ()))
            instance.worker.do(lambda: self.follow(instance, transient, act))
        return instance, previous

    def follow(self, instance: MachineInstance, transient: str, act: Callable[[str], None]) -> None:
        """Have the machine do it, then say what it is: in the background, so never under the lock."""
        reason: tuple[str, ...] = USER_SHUTDOWN if transient == "stopping" else ()
        try:
            act(instance.id)
        except MachineError as error:
            logger.exception("%s: %s", instance.id, transient)
            reason = ("Server.InternalError", str(error))
        running = self.machines.state(instance.id) == "running"
        with self.lock:
            if instance.state != transient:
                return  # terminated meanwhile
            if running:
                instance.enter("running")
            else:
                instance.enter("stopped", *reason)

    def _terminate_later(self, instance: MachineInstance) -> None:
        instance.enter("shutting-down", *USER_SHUTDOWN)
        instance.worker.do(lambda: self._terminate(instance, *USER_SHUTDOWN))

    def _terminate(self, instance: MachineInstance, code: str, message: str) -> None:
        try:
            self.machines.terminate(instance.id)
        except MachineError as error:
            logger.exception("terminating %s", instance.id)
            state = self.machines.state(instance.id)
            if state != "absent":
                with self.lock:
                    instance.enter(state, "Server.InternalError", str(error))
                return
        self.abandon(instance, code, message)

    def abandon(self, instance: MachineInstance, code: str, message: str) -> None:
        """End an instance that has no machine any more: give back what it held, then call it terminated."""
        with self.lock:
            held = list(instance.block_device_mapping.values())
            for block in held:
                attachment = self.get_volume(block.volume_id or "").attachment
                if attachment:
                    self.forget_attachment(attachment)
            for address in [address for address in self.addresses if address.instance is instance]:
                address.instance = None
            for interface in list(instance.nics.values()):
                interface.stop()
                instance.detach_eni(interface)
                if interface.delete_on_termination:
                    self.delete_network_interface(interface.id)
                    self.tags.pop(interface.id, None)
            instance.release_subnet()
            for volume_id in [block.volume_id or "" for block in held if block.delete_on_termination]:
                try:
                    self.delete_volume(volume_id)
                except MachineError:
                    logger.exception("deleting %s of %s", volume_id, instance.id)
                self.tags.pop(volume_id, None)
            association = self.iam_instance_profile_associations.get(instance.id)
            if association:
                self.disassociate_iam_instance_profile(association.association_id)
            instance.enter("terminated", code, message)
        instance.worker.end()
