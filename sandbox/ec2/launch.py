"""RunInstances: what EC2 refuses of it, the instance that comes of it, and the machine that is asked for."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import InvalidUserDataError, MissingParameterError, VPCIdNotSpecifiedError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Reservation
from moto.ec2.utils import convert_tag_spec, filter_iam_instance_profiles, random_reservation_id
from moto.iam.exceptions import NotFoundException

from sandbox.ec2 import errors, network_errors
from sandbox.ec2.images import ROOT_GIB, Images
from sandbox.ec2.instances import MachineInstance
from sandbox.ec2.lifecycle import Lifecycle
from sandbox.ec2.placement_groups import PlacementGroups
from sandbox.machines.machines import MachineError, MachineSpec

logger = logging.getLogger(__name__)

Request = dict[str, Any]
"""RunInstances' parameters under the API's own names."""


class Launch(Lifecycle, Images, PlacementGroups):
    """RunInstances. moto's own is left unused: it drops half of the request and refuses nothing."""

    def check_launch(self, request: Request) -> None:
        """Refuse what EC2 refuses, before anything is made."""
        for parameter in ("ImageId", "InstanceType"):
            if not request.get(parameter):
                raise MissingParameterError(parameter)
        image = self.get_image(request["ImageId"])
        facts = INSTANCE_TYPES.get(request["InstanceType"])
        if facts is None:
            raise errors.instance_type_unknown(request["InstanceType"])
        architectures = facts["ProcessorInfo"]["SupportedArchitectures"]
        if image.architecture not in architectures:
            raise errors.architecture_differs(architectures[0], str(image.architecture))
        if request.get("KeyName") and request["KeyName"] not in self.key_pairs:
            raise errors.key_unknown(request["KeyName"])
        user_data(request)
        self._check_network(request)
        for mapping in request.get("BlockDeviceMappings", []):
            size = mapping.get("Ebs", {}).get("VolumeSize")
            if mapping["DeviceName"] == image.root_device_name and size and size < ROOT_GIB:
                raise errors.root_too_small(size, image.snapshot_id, ROOT_GIB)
        if "IamInstanceProfile" in request:
            self._check_profile(profile(request))
        group = request.get("Placement", {}).get("GroupName")
        if group:
            self.get_placement_group(group)

    def _check_profile(self, named: dict[str, Any]) -> None:
        try:
            filter_iam_instance_profiles(self.account_id, partition=self.partition, **named)
        except NotFoundException:
            raise errors.profile_unknown(next(value for value in named.values() if value)) from None

    def _check_network(self, request: Request) -> None:
        interfaces = request.get("NetworkInterfaces", [])
        if interfaces and request.get("SubnetId"):
            raise errors.subnet_beside_interfaces()
        if interfaces and (request.get("SecurityGroupIds") or request.get("SecurityGroups")):
            raise errors.groups_beside_interfaces()
        if len(interfaces) > 1 or request.get("MaxCount", 1) > 1:
            raise errors.unsupported("more than one network interface, or more than one instance, per RunInstances")
        interface_id = interfaces[0].get("NetworkInterfaceId") if interfaces else None
        if interface_id and self.get_network_interface(interface_id).attachment_id:
            raise network_errors.interface_in_use(interface_id)
        subnet_id = interfaces[0].get("SubnetId") if interfaces else request.get("SubnetId")
        if not interface_id and not subnet_id:
            raise VPCIdNotSpecifiedError
        subnet = self.get_network_interface(interface_id).subnet if interface_id else self.get_subnet(str(subnet_id))
        offered = self._zones_offering(request["InstanceType"])
        if subnet.availability_zone not in offered:
            raise errors.type_not_in_zone(request["InstanceType"], subnet.availability_zone, offered)
        zone = request.get("Placement", {}).get("AvailabilityZone")
        if zone and zone != subnet.availability_zone:
            raise errors.zone_differs(zone, subnet.id, subnet.availability_zone)

    def _zones_offering(self, instance_type: str) -> list[str]:
        offerings = self.describe_instance_type_offerings("availability-zone", {"instance-type": [instance_type]})
        return sorted(str(each["Location"]) for each in offerings)

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


def profile(request: Request) -> dict[str, Any]:
    """The instance profile as moto's functions take it."""
    named = request["IamInstanceProfile"]
    return {"iam_instance_profile_name": named.get("Name"), "iam_instance_profile_arn": named.get("Arn")}


def user_data(request: Request) -> bytes:
    """The user data as the machine gets it."""
    try:
        return base64.b64decode(str(request.get("UserData") or ""), validate=True)
    except binascii.Error:
        raise InvalidUserDataError("Invalid BASE64 encoding of user data.") from None
