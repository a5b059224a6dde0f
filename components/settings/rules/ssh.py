"""Rules on SSH: the operators' networks, the bastion and the keys."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from components.settings.errors import ConfigError, superfluous, wrong_value
from components.settings.model import Settings
from components.settings.networks import MIN_PREFIX, first_subnet, free_subnet, inside, is_private, overlaps
from components.settings.placement import bastion_subnet, subnets
from components.settings.rules.cross_field import CrossFieldRules

rules = CrossFieldRules()


@rules.add
def operators_are_set(settings: Settings) -> Iterator[ConfigError]:
    if not settings.operator_cidrs:
        rule = "required: the networks from which operators connect with SSH; preferably one address, as /32"
        yield wrong_value("operatorCidrs", "", rule, "[203.0.113.7/32]")


@rules.add
def bastion_needs_a_new_vpc(settings: Settings) -> Iterator[ConfigError]:
    """A VPC has at most one internet gateway, and its owner decides about it."""
    if settings.access == "bastion" and settings.vpc_id:
        rule = "private with etcd:vpcId: the program makes no internet gateway in a VPC that is not its own"
        yield wrong_value("access", settings.access, rule, "private")


@rules.add
def operators_come_from_the_internet(settings: Settings) -> Iterator[ConfigError]:
    networks = [cidr for cidr in settings.operator_cidrs if cidr]
    if settings.access == "bastion" and networks and all(map(is_private, networks)):
        rule = (
            "public networks where etcd:access is bastion: it is reached over the internet, where nobody comes from "
            f"{', '.join(networks)}. Your own address: curl https://checkip.amazonaws.com"
        )
        yield wrong_value("operatorCidrs", list(settings.operator_cidrs), rule, "[203.0.113.7/32]")


@rules.add
def bastion_has_room(settings: Settings) -> Iterator[ConfigError]:
    if settings.access != "bastion" or settings.vpc_id:
        return
    vpc, taken = settings.vpc_cidr, list(subnets(settings).values())
    if not all(inside(subnet, vpc) for subnet in taken):
        return
    subnet = bastion_subnet(settings)
    if inside(subnet, vpc) and not overlaps(subnet, taken):
        return
    free = free_subnet(vpc, taken)
    if free:
        rule = f"inside etcd:vpcCidr, {vpc}, and apart from the members' subnets, {', '.join(taken)}"
        yield wrong_value("bastionSubnetCidr", subnet, rule, free)
    elif IPv4Network(vpc).prefixlen > MIN_PREFIX:
        rule = f"room for the bastion's subnet beside the members', {', '.join(taken)}"
        yield wrong_value("vpcCidr", vpc, rule, IPv4Network(vpc).supernet())
    else:
        rule = f"smaller than etcd:vpcCidr, {vpc}: the bastion's subnet lies beside the members'"
        yield wrong_value("subnetCidr", settings.subnet_cidr, rule, first_subnet(vpc, len(taken) + 1))


@rules.add
def own_key_has_no_generation(settings: Settings) -> Iterator[ConfigError]:
    if settings.ssh_public_key and settings.ssh_key_generation != 1:
        rule = "not set where etcd:sshPublicKey is: no key is generated"
        yield superfluous("sshKeyGeneration", settings.ssh_key_generation, rule)
