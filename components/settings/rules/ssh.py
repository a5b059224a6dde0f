"""Rules about who reaches the machines with SSH, and how."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from components.settings.errors import ConfigError, qualified
from components.settings.networks import (
    MIN_PREFIX,
    first_subnet,
    free_subnet,
    inside,
    is_private,
    overlaps,
)
from components.settings.rules.cross_field import CrossFieldRules, fault

if TYPE_CHECKING:
    from components.settings.model import Settings

joint = CrossFieldRules()


@joint("operatorCidrs")
def operators_are_set(settings: "Settings") -> Iterator[ConfigError]:
    if not settings.operator_cidrs:
        rule = "required: the networks from which you reach the machines with SSH; best your own address, as /32"
        yield fault("operatorCidrs", "", rule, "[203.0.113.7/32]")


@joint("access", "vpcId")
def bastion_stands_in_an_own_vpc(settings: "Settings") -> Iterator[ConfigError]:
    """A VPC has one gateway to the internet, and its owner decides whether it has any."""
    if settings.access == "bastion" and settings.vpc_id:
        rule = "private with etcd:vpcId: the program makes no way from the internet into a VPC that is not its own"
        yield fault("access", settings.access, rule, "private")


@joint("operatorCidrs", "access")
def operators_come_from_the_internet(settings: "Settings") -> Iterator[ConfigError]:
    networks = [cidr for cidr in settings.operator_cidrs if cidr]
    if settings.access == "bastion" and networks and all(map(is_private, networks)):
        rule = (
            f"public networks where etcd:access is bastion: it is reached over the internet, where nobody comes from "
            f"{', '.join(networks)}. Your own address: curl https://checkip.amazonaws.com"
        )
        yield fault("operatorCidrs", list(settings.operator_cidrs), rule, "[203.0.113.7/32]")


@joint(
    *("access", "bastionSubnetCidr", "vpcId", "vpcCidr", "subnetCidr"),
    *("multiAz", "availabilityZones", "aws:region", "availabilityZone"),
)
def bastion_has_room(settings: "Settings") -> Iterator[ConfigError]:
    vpc, taken = settings.vpc_cidr, list(settings.subnets.values())
    if settings.access != "bastion" or settings.vpc_id or not all(inside(subnet, vpc) for subnet in taken):
        return
    subnet = settings.bastion_subnet
    if inside(subnet, vpc) and not overlaps(subnet, taken):
        return
    free = free_subnet(vpc, taken)
    if free:
        rule = f"inside etcd:vpcCidr, {vpc}, and apart from the members' subnets, {', '.join(taken)}"
        yield fault("bastionSubnetCidr", subnet, rule, free)
    elif IPv4Network(vpc).prefixlen > MIN_PREFIX:
        rule = f"room for the bastion's subnet beside the members', {', '.join(taken)}"
        yield fault("vpcCidr", vpc, rule, IPv4Network(vpc).supernet())
    else:
        rule = f"smaller than etcd:vpcCidr, {vpc}: the bastion's subnet lies beside the members'"
        yield fault("subnetCidr", settings.subnet_cidr, rule, first_subnet(vpc, len(taken) + 1))


@joint("sshPublicKey", "sshKeyGeneration")
def own_key_has_no_generation(settings: "Settings") -> Iterator[ConfigError]:
    if settings.ssh_public_key and settings.ssh_key_generation != 1:
        yield ConfigError(
            key="sshKeyGeneration",
            value=settings.ssh_key_generation,
            rule="not set where etcd:sshPublicKey is: no key is generated",
            remedy=f"pulumi config rm {qualified('sshKeyGeneration')}",
        )
