"""Every refusal about VPCs and interfaces that the sandbox adds to moto's. See `errors` for the rules."""

from __future__ import annotations

from moto.ec2.exceptions import EC2ClientError as Refusal


def interface_in_use(interface: str) -> Refusal:
    return Refusal("InvalidNetworkInterface.InUse", f"Interface: [{interface}] in use.")


def interface_attached(interface: str) -> Refusal:
    # DeleteNetworkInterface answers so, not with the InUse code that RunInstances and AttachNetworkInterface give.
    return Refusal("InvalidParameterValue", f"Network interface '{interface}' is currently in use.")


def primary_interface_detach() -> Refusal:
    return Refusal("OperationNotPermitted", "The network interface at device index 0 cannot be detached.")


def address_in_use(address: str) -> Refusal:
    return Refusal("InvalidIPAddress.InUse", f"Address {address} is in use.")


def address_outside_subnet(address: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Address {address} does not fall within the subnet's address range")


def address_reserved(address: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Address {address} is in subnet's reserved address range")


def address_malformed(address: str) -> Refusal:
    return Refusal("InvalidParameterValue", f"Value ({address}) for parameter privateIpAddress is invalid.")


def no_address_left(subnet: str) -> Refusal:
    return Refusal(
        "InsufficientFreeAddressesInSubnet",
        f"There are not enough free addresses in subnet '{subnet}' to satisfy the requested number of instances.",
    )


def no_public_address_left() -> Refusal:
    return Refusal("AddressLimitExceeded", "The maximum number of addresses has been reached.")


def foreign_group(group: str, subnet: str) -> Refusal:
    return Refusal("InvalidParameter", f"Security group {group} and subnet {subnet} belong to different networks.")


def group_has_dependents(group: str) -> Refusal:
    return Refusal("DependencyViolation", f"resource {group} has a dependent object")


def rule_unknown(rule: str) -> Refusal:
    return Refusal("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule}' does not exist")


def default_group(group: str) -> Refusal:
    return Refusal("CannotDelete", f'the specified group: "{group}" name: "default" cannot be deleted by a user')


def has_dependencies(kind: str, resource: str) -> Refusal:
    return Refusal("DependencyViolation", f"The {kind} '{resource}' has dependencies and cannot be deleted.")


def mapped_public_addresses(vpc: str) -> Refusal:
    return Refusal(
        "DependencyViolation",
        f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the "
        "gateway.",
    )


def subnet_zone_unknown(zone: str, zones: list[str]) -> Refusal:
    return Refusal(
        "InvalidParameterValue",
        f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the "
        f"following availability zones: {', '.join(zones)}.",
    )


def nat_gateway_unknown(gateway: str) -> Refusal:
    return Refusal("NatGatewayNotFound", f"NAT gateway {gateway} was not found")
