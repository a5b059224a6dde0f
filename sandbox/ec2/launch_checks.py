"""RunInstances: what EC2 refuses of it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.ec2.exceptions import InvalidUserDataError, MissingParameterError, VPCIdNotSpecifiedError
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.utils import filter_iam_instance_profiles
from moto.iam.exceptions import NotFoundException

from sandbox.ec2 import errors, network_errors
from sandbox.ec2.images import ROOT_GIB, Images
from sandbox.ec2.lifecycle import Lifecycle
from sandbox.ec2.placement_groups import PlacementGroups

Request = dict[str, Any]
"""RunInstances' parameters under the API's own names."""


class LaunchChecks(Lifecycle, Images, PlacementGroups):
    """What EC2 refuses of a launch, before anything is made."""

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
