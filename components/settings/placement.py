"""Placement of the members: zones, subnets, addresses, and the bastion's subnet, as the settings decide them. Pure."""

from components.settings.model import Settings
from components.settings.networks import last_subnet
from components.topology import Topology, build, default_addresses, zone_subnets


def zones(settings: Settings) -> tuple[str, ...]:
    """The zones that members are placed in, in turn."""
    if settings.multi_az:
        return settings.availability_zones or tuple(f"{settings.region}{letter}" for letter in "abc")
    return (settings.availability_zone or f"{settings.region}a",)


def subnets(settings: Settings) -> dict[str, str]:
    """The address range of each zone's subnet, in a VPC that the program makes."""
    return zone_subnets(settings.subnet_cidr, zones(settings))


def topology(settings: Settings) -> Topology:
    addresses = settings.addresses or default_addresses(subnets(settings).values(), settings.size)
    return build(settings.cluster_name, addresses, *zones(settings))


def bastion_subnet(settings: Settings) -> str:
    return settings.bastion_subnet_cidr or last_subnet(settings.vpc_cidr)
