"""RunInstances: the instance that comes of it, and its machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Reservation
from moto.ec2.utils import convert_tag_spec, random_reservation_id

from sandbox.ec2.instances import MachineInstance
from sandbox.ec2.launch_checks import LaunchChecks, Request, profile, user_data
from sandbox.machines.machines import MachineError, MachineSpec

logger = logging.getLogger(__name__)


class Launch(LaunchChecks):
    """RunInstances. moto's own is left unused: it drops half of the request and refuses nothing."""

    def launched_with(self, client_token: str | None) -> Reservation | None:
        """What an earlier call with this token made: a caller that got no answer sends the same again."""
        for reservation in self.reservations.values():
            if client_token and any(each.client_token == client_token for each in reservation.instances):
                return reservation
        return None

    def launch(self, request: Request) -> Reservation:
        """Make the instance that `check_launch` found nothing against, and have its machine booted."""
        interface = self._primary_interface(request)
        tags = convert_tag_spec(request.get("TagSpecifications", []))
        instance = MachineInstance(self, request, interface.id, interface.subnet.id)  # type: ignore[abstract]
        reservation = Reservation(random_reservation_id(), self.account_id)
        reservation.instances.append(instance)
        self.reservations[reservation.id] = reservation
        instance.add_tags(tags.get("instance", {}))
        try:
            disks = self._block_devices(instance, request, tags.get("volume", {}))
        except MachineError as error:
            self.abandon(instance, "Server.InternalError", str(error))
            return reservation
        if "IamInstanceProfile" in request:
            self.associate_iam_instance_profile(instance.id, **profile(request))
        spec = self._machine(instance, request, disks)
        instance.worker.do(lambda: self._boot(instance, spec))
        return reservation

    def _primary_interface(self, request: Request) -> NetworkInterface:
        wanted = (request.get("NetworkInterfaces") or [{}])[0]
        if wanted.get("NetworkInterfaceId"):
            interface = self.get_network_interface(wanted["NetworkInterfaceId"])
            interface.delete_on_termination = wanted.get("DeleteOnTermination", False)
            return interface
        subnet = self.get_subnet(wanted.get("SubnetId") or request["SubnetId"])
        interface = self.create_network_interface(
            subnet,
            wanted.get("PrivateIpAddress") or request.get("PrivateIpAddress"),
            group_ids=wanted.get("Groups") or request.get("SecurityGroupIds"),
            description=wanted.get("Description"),
            delete_on_termination=wanted.get("DeleteOnTermination", True),
        )
        interface.public_ip_auto_assign = wanted.get("AssociatePublicIpAddress", subnet.map_public_ip_on_launch)
        interface.check_auto_public_ip()
        return interface

    def _block_devices(self, instance: MachineInstance, request: Request, tags: dict[str, str]) -> dict[str, str]:
        """Make and attach the volumes of the request: the root volume in name only, the others as disks."""
        image = self.get_image(instance.image_id)
        wanted = {image.root_device_name: dict(image.block_device_mappings[0]["Ebs"])}
        for mapping in request.get("BlockDeviceMappings", []):
            if "Ebs" in mapping:
                wanted.setdefault(mapping["DeviceName"], {"DeleteOnTermination": True}).update(mapping["Ebs"])
        disks = {}
        for device, ebs in wanted.items():
            root = device == image.root_device_name
            make: Callable[..., Any] = self.describe_only_volume if root else self.create_volume
            volume = make(
                ebs.get("VolumeSize"),
                instance.availability_zone,
                encrypted=ebs.get("Encrypted", False),
                kms_key_id=ebs.get("KmsKeyId"),
                volume_type=ebs.get("VolumeType"),
                iops=ebs.get("Iops"),
                throughput=ebs.get("Throughput"),
            )
            volume.snapshot_id = ebs.get("SnapshotId")
            volume.add_tags(tags)
            self.record_attachment(volume, instance, device, ebs["DeleteOnTermination"])
            if not root:
                disks[device] = volume.id
        return disks

    def _machine(self, instance: MachineInstance, request: Request, disks: dict[str, str]) -> MachineSpec:
        interface = instance.nics[0]
        key = self.key_pairs.get(request.get("KeyName") or "")
        address = str(interface.private_ip_address)
        return MachineSpec(
            instance_id=instance.id,
            name=f"ip-{address.replace('.', '-')}",
            subnet_id=interface.subnet.id,
            address=address,
            mac=interface.mac_address,
            user_data=user_data(request),
            authorized_keys=[key.public_key.strip()] if key else [],
            instance_type=instance.instance_type,
            volumes=disks,
        )

    def _boot(self, instance: MachineInstance, spec: MachineSpec) -> None:
        try:
            self.machines.run(spec)
        except MachineError as error:
            # EC2 terminates an instance that fails to launch, and says why in the state reason.
            logger.exception("launching %s", instance.id)
            self._terminate(instance, "Server.InternalError", str(error))
            return
        with self.lock:
            for block in instance.block_device_mapping.values():
                attachment = self.get_volume(block.volume_id).attachment
                if attachment and attachment.status == "attaching":
                    attachment.status = "attached"
        self.follow(instance, "pending", lambda _id: None)
