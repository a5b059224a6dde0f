"""Every refusal of instances, volumes and placement groups that the sandbox adds to moto's, with EC2's wording.

Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html; wordings as EC2 gives them, since
tools match on them (the Terraform provider looks for "available" in IncorrectState, for one).
"""

from __future__ import annotations

from moto.ec2.exceptions import EC2ClientError as Refusal


def volume_attached(volume: str) -> Refusal:
    return Refusal("VolumeInUse", f"{volume} is already attached to an instance")


def volume_elsewhere(volume: str, instance: str) -> Refusal:
    return Refusal(
        "InvalidVolume.ZoneMismatch",
        f"The volume '{volume}' is not in the same availability zone as instance '{instance}'",
    )


def volume_not_attached(volume: str) -> Refusal:
    return Refusal("IncorrectState", f"Volume '{volume}' is in the 'available' state.")


def attachment_unknown(volume: str, instance: str, device: str) -> Refusal:
    return Refusal(
        "InvalidAttachment.NotFound",
        f"The volume '{volume}' is not attached to instance '{instance}' as device '{device}'.",
    )


def root_volume(volume: str, instance: str) -> Refusal:
    return Refusal("OperationNotPermitted", f"Unable to detach root volume '{volume}' from instance '{instance}'")


def device_invalid(device: str) -> Refusal:
    return Refusal(
        "InvalidParameterValue",
        f"Value ({device}) for parameter device is invalid. {device} is not a valid EBS device name.",
    )


def device_in_use(device: str) -> Refusal:
    return Refusal(
        "InvalidParameterValue",
        f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use",
    )


def volume_shrinks() -> Refusal:
    return Refusal("InvalidParameterValue", "New size cannot be smaller than existing size")


def volume_modified_too_often() -> Refusal:
    return Refusal(
        "VolumeModificationRateExceeded",
        "You've reached the maximum modification rate per volume limit, 4 in 24 hours.",
    )


def zone_unknown(zone: str) -> Refusal:
    return Refusal("InvalidZone.NotFound", f"The zone '{zone}' does not exist.")


def zone_differs(zone: str, subnet: str, subnet_zone: str) -> Refusal:
    return Refusal(
        "InvalidParameterValue",
        f"Value ({zone}) for parameter availabilityZone is invalid. Subnet '{subnet}' is in the availability zone "
        f"{subnet_zone}",
    )


def instance_id_malformed(instance: str) -> Refusal:
    return Refusal("InvalidInstanceID.Malformed", f'Invalid id: "{instance}"')


def instance_type_unknown(instance_type: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Invalid value '{instance_type}' for InstanceType.")


def architecture_differs(instance_type: str, image: str) -> Refusal:
    return Refusal(
        "InvalidParameterValue",
        f"The architecture '{instance_type}' of the specified instance type does not match the architecture '{image}' "
        "of the specified AMI.",
    )


def type_not_in_zone(instance_type: str, zone: str, zones: list[str]) -> Refusal:
    return Refusal(
        "Unsupported",
        f"Your requested instance type ({instance_type}) is not supported in your requested Availability Zone "
        f"({zone}). Please retry your request by not specifying an Availability Zone or choosing {', '.join(zones)}.",
    )


def key_unknown(name: str) -> Refusal:
    return Refusal("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def profile_unknown(name: str) -> Refusal:
    # The provider waits for a new profile to become known, by this wording.
    return Refusal(
        "InvalidParameterValue",
        f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    )


def root_too_small(size_gib: int, snapshot: str, least_gib: int) -> Refusal:
    return Refusal(
        "InvalidBlockDeviceMapping",
        f"Volume of size {size_gib}GB is smaller than snapshot '{snapshot}', expect size>= {least_gib}GB",
    )


def groups_beside_interfaces() -> Refusal:
    return Refusal(
        "InvalidParameterCombination",
        "Network interfaces and an instance-level security groups may not be specified on the same request",
    )


def subnet_beside_interfaces() -> Refusal:
    return Refusal(
        "InvalidParameterCombination",
        "Network interfaces and an instance-level subnet ID may not be specified on the same request",
    )


def instance_not_running(instance: str) -> Refusal:
    return Refusal("IncorrectState", f"Instance '{instance}' is not 'running'.")


def instance_not_stopped(instance: str) -> Refusal:
    return Refusal("IncorrectInstanceState", f"The instance '{instance}' is not in the 'stopped' state.")


def wrong_state(instance: str, done: str) -> Refusal:
    return Refusal(
        "IncorrectInstanceState", f"The instance '{instance}' is not in a state from which it can be {done}."
    )


def never_ran(instance: str) -> Refusal:
    return Refusal(
        "IncorrectInstanceState",
        f"Instance '{instance}' cannot be stopped as it has never reached the 'running' state.",
    )


def attribute_unknown(name: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Value ({name}) for parameter attribute is invalid. Unknown attribute.")


def placement_group_unknown(name: str) -> Refusal:
    return Refusal("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")


def placement_group_exists(name: str) -> Refusal:
    return Refusal("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")


def placement_group_in_use(name: str) -> Refusal:
    return Refusal("InvalidPlacementGroup.InUse", f"The placement group '{name}' is in use and may not be deleted.")


def unsupported(what: str) -> Refusal:
    return Refusal("UnsupportedOperation", f"The sandbox's EC2 does not support this: {what}")


def host_failed(what: str) -> Refusal:
    # Status 400 on purpose, where EC2 would answer 500: tools retry that for minutes, and here it would not help.
    return Refusal("InternalError", f"The host of the sandbox could not do it: {what}")
