"""EBS volumes: disks of the machines, attached and detached in the background as EC2 does it."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.block_device import BlockDeviceType
from moto.ec2.models.elastic_block_store import Snapshot, Volume, VolumeAttachment

from sandbox.ec2 import errors
from sandbox.ec2.base_backend import BaseBackend
from sandbox.ec2.instances import MachineInstance
from sandbox.machines.machines import MachineError

logger = logging.getLogger(__name__)

DETACH_RETRY_SECONDS = 0.2
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html, in any 24 hours
MODIFICATIONS_PER_DAY = 4
GP3_DEFAULT_MIB_PER_SECOND = 125
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
DEVICE_NAME = re.compile(r"/dev/(sd|xvd|hd)[a-z]{1,2}[0-9]{0,2}")


class Volumes(BaseBackend):
    """What AttachVolume and its kin permit, and what they tell the machines."""

    def __init__(self, region_name: str, account_id: str) -> None:
        self.disks: set[str] = set()
        """The volumes that are disks of the machines; root volumes are not, they are the machine's own."""
        super().__init__(region_name, account_id)

    def describe_only_volume(self, size: int, zone_name: str, **options: Any) -> Volume:
        """A volume that no disk stands behind, with the defaults EC2 fills in and moto does not."""
        if self.get_zone_by_name(zone_name) is None:
            raise errors.zone_unknown(zone_name)
        volume = super().create_volume(size, zone_name, **options)
        if volume.volume_type == "gp3":
            volume.throughput = volume.throughput or GP3_DEFAULT_MIB_PER_SECOND
        if volume.volume_type == "gp2":
            volume.iops = min(16000, max(100, 3 * volume.size))
        return volume

    def create_volume(self, size: int, zone_name: str, *_arguments: Any, **options: Any) -> Volume:
        volume = self.describe_only_volume(size, zone_name, **options)
        try:
            self.machines.create_volume(volume.id, volume.size)
        except MachineError:
            del self.volumes[volume.id]
            raise
        self.disks.add(volume.id)
        return volume

    def delete_volume(self, volume_id: str) -> Volume:
        if volume_id in self.disks and not self.volumes[volume_id].attachment:
            self.machines.delete_volume(volume_id)
            self.disks.remove(volume_id)
        return super().delete_volume(volume_id)

    def create_snapshot(self, volume_id: str, *arguments: Any, **options: Any) -> Snapshot:
        snapshot = super().create_snapshot(volume_id, *arguments, **options)
        snapshot.kms_key_id = self.get_volume(volume_id).kms_key_id  # moto drops the key of the snapshot
        return snapshot

    def modify_volume(self, volume_id: str, target_size: int | None = None, *arguments: Any, **options: Any) -> Volume:
        volume = self.get_volume(volume_id)
        since = utcnow() - timedelta(hours=24)
        if sum(each.start_time >= since for each in volume.modifications) >= MODIFICATIONS_PER_DAY:
            raise errors.volume_modified_too_often()
        if target_size and target_size < volume.size:
            raise errors.volume_shrinks()
        if target_size and target_size > volume.size:
            self._grow(volume, target_size)
        return super().modify_volume(volume_id, target_size, *arguments, **options)

    def _grow(self, volume: Volume, size: int) -> None:
        if volume.id in self.disks:
            self.machines.grow_volume(volume.id, size)
        if volume.attachment:
            volume.attachment.instance.block_device_mapping[volume.attachment.device].size = size

    def attach_volume(
        self, volume_id: str, instance_id: str, device_path: str, delete_on_termination: bool = False
    ) -> VolumeAttachment:
        volume = self.get_volume(volume_id)
        instance = self.machine_instance(instance_id)
        if instance.state not in {"running", "stopped"}:
            raise errors.instance_not_running(instance_id)
        if volume.attachment:
            raise errors.volume_attached(volume_id)
        if volume.availability_zone != instance.availability_zone:
            raise errors.volume_elsewhere(volume_id, instance_id)
        if not DEVICE_NAME.fullmatch(device_path):
            raise errors.device_invalid(device_path)
        if device_path in instance.block_device_mapping:
            raise errors.device_in_use(device_path)
        attachment = self.record_attachment(volume, instance, device_path, delete_on_termination)
        instance.worker.do(lambda: self._attach(instance, attachment))
        return attachment

    def record_attachment(
        self, volume: Volume, instance: MachineInstance, device: str, delete_on_termination: bool
    ) -> VolumeAttachment:
        attachment = VolumeAttachment(volume, instance, device, "attaching")  # type: ignore[abstract]
        volume.attachment = attachment
        instance.block_device_mapping[device] = BlockDeviceType(
            volume_id=volume.id, size=volume.size, attach_time=utcnow(), delete_on_termination=delete_on_termination
        )
        return attachment

    def forget_attachment(self, attachment: VolumeAttachment) -> None:
        attachment.status = "detached"
        attachment.volume.attachment = None
        attachment.instance.block_device_mapping.pop(attachment.device, None)

    def detach_volume(
        self, volume_id: str, instance_id: str | None = None, device_path: str | None = None
    ) -> VolumeAttachment:
        volume = self.get_volume(volume_id)
        attachment = volume.attachment
        if attachment is None:
            raise errors.volume_not_attached(volume_id)
        instance = attachment.instance
        if instance_id not in {None, instance.id} or device_path not in {None, attachment.device}:
            raise errors.attachment_unknown(volume_id, instance_id or instance.id, device_path or attachment.device)
        if attachment.device == instance.root_device_name:
            # EC2 permits it once the instance is stopped; here the root volume is the machine itself.
            raise errors.root_volume(volume_id, instance.id)
        if attachment.status != "detaching":
            attachment.status = "detaching"
            instance.worker.do(lambda: self._detach(instance, attachment))
        return attachment

    def _attach(self, instance: MachineInstance, attachment: VolumeAttachment) -> None:
        try:
            self.machines.attach(instance.id, attachment.volume.id, attachment.device)
        except MachineError:
            logger.exception("attaching %s to %s", attachment.volume.id, instance.id)
            with self.lock:
                self.forget_attachment(attachment)
            return
        with self.lock:
            if attachment.status == "attaching":
                attachment.status = "attached"

    def _detach(self, instance: MachineInstance, attachment: VolumeAttachment) -> None:
        """Detach once nothing has the volume mounted. A machine that is off has nothing mounted."""
        volume_id = attachment.volume.id
        if attachment.volume.attachment is not attachment:
            return  # the instance was terminated meanwhile
        try:
            busy = self.machines.mounted(instance.id, volume_id)
            if not busy:
                self.machines.detach(instance.id, volume_id)
        except MachineError as error:
            logger.warning("detaching %s from %s: %s", volume_id, instance.id, error)
            busy = True
        if busy:
            instance.worker.later(DETACH_RETRY_SECONDS, lambda: self._detach(instance, attachment))
            return
        with self.lock:
            self.forget_attachment(attachment)
