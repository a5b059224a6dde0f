"""ModifyInstanceAttribute and the other calls that change one property of an instance."""

from __future__ import annotations

import base64
from typing import Any

from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models.instances import Instance

from sandbox.ec2 import errors
from sandbox.ec2.base_backend import BaseBackend

STOPPED_ONLY = {"instance_type", "user_data", "ebs_optimized"}
CHANGEABLE = {
    "InstanceType": "instance_type",
    "UserData": "user_data",
    "EbsOptimized": "ebs_optimized",
    "DisableApiTermination": "disable_api_termination",
    "DisableApiStop": "disable_api_stop",
    "SourceDestCheck": "source_dest_check",
    "InstanceInitiatedShutdownBehavior": "instance_initiated_shutdown_behavior",
}


class Attributes(BaseBackend):
    """What may be changed when."""

    def change_attributes(self, request: dict[str, Any]) -> None:
        """Apply a ModifyInstanceAttribute request, given under the API's own names."""
        instance = self.get_instance(request["InstanceId"])
        changes = self._changes(request)
        for name, value in changes.items():
            if name in STOPPED_ONLY and instance.state != "stopped":
                raise errors.instance_not_stopped(instance.id)
            if name == "instance_type":
                self._check_type(instance, value)
        for name, value in changes.items():
            setattr(instance, name, value)
            if name == "source_dest_check":
                instance.nics[0].source_dest_check = value
        if request.get("Groups"):
            self.modify_instance_security_groups(instance.id, request["Groups"])
        for mapping in request.get("BlockDeviceMappings", []):
            kept = mapping.get("Ebs", {}).get("DeleteOnTermination")
            if kept is not None:
                instance.block_device_mapping[mapping["DeviceName"]].delete_on_termination = kept

    def _changes(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request's attributes, in either of the two forms in which the API takes them."""
        changes = {name: request[key]["Value"] for key, name in CHANGEABLE.items() if "Value" in request.get(key, {})}
        if "Attribute" in request:
            key = request["Attribute"][:1].upper() + request["Attribute"][1:]
            if key not in CHANGEABLE:
                raise errors.attribute_unknown(request["Attribute"])
            value = request.get("Value")
            changes[CHANGEABLE[key]] = {"true": True, "false": False}.get(str(value).lower(), value)
        if isinstance(changes.get("user_data"), bytes):
            changes["user_data"] = base64.b64encode(changes["user_data"]).decode()
        return changes

    def _check_type(self, instance: Instance, instance_type: str) -> None:
        known = {str(kind["InstanceType"]): kind for kind in self.instance_types}
        if instance_type not in known:
            raise errors.instance_type_unknown(instance_type)
        architectures = known[instance_type]["ProcessorInfo"]["SupportedArchitectures"]
        if instance.architecture not in architectures:
            raise errors.architecture_differs(architectures[0], str(instance.architecture))

    def modify_instance_security_groups(self, instance_id: str, new_group_id_list: list[str]) -> Instance:
        # moto puts None in the list for a group that does not exist.
        for group_id in new_group_id_list:
            if self.get_security_group_from_id(group_id) is None:
                raise InvalidSecurityGroupNotFoundError(group_id)
        return super().modify_instance_security_groups(instance_id, new_group_id_list)
