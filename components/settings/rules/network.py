"""Rules about where members stand: region, zones, subnets, addresses."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from components.settings.errors import ConfigError
from components.settings.networks import MAX_PREFIX, address_error, first_subnet, inside
from components.settings.rules.cross_field import CrossFieldRules, fault, superfluous
from components.topology import (
    MIN_ZONES,
    default_addresses,
    round_robin,
    subnet_error,
    suggested_addresses,
    tolerated_failures,
)

if TYPE_CHECKING:
    from components.settings.model import Settings

joint = CrossFieldRules()


@joint("aws:region")
def region_is_set(settings: "Settings") -> Iterator[ConfigError]:
    if not settings.region:
        yield fault("aws:region", "", "required: the AWS region", "us-east-1")


@joint("aws:region", "availabilityZone")
def zone_in_region(settings: "Settings") -> Iterator[ConfigError]:
    zone, region = settings.availability_zone, settings.region
    if zone and not zone.startswith(region):
        yield fault("availabilityZone", zone, f"a zone of the region {region}", f"{region}a")


@joint("multiAz", "availabilityZone", "availabilityZones")
def zones_say_the_same(settings: "Settings") -> Iterator[ConfigError]:
    """Whoever lists three zones and forgets the flag would get one zone and not know it."""
    if settings.multi_az and settings.availability_zone:
        rule = "not set where etcd:multiAz is true: members stand in several zones, which etcd:availabilityZones names"
        yield superfluous("availabilityZone", settings.availability_zone, rule)
    if not settings.multi_az and settings.availability_zones:
        rule = "not set where etcd:multiAz is false: all members stand in one zone, which etcd:availabilityZone names"
        yield superfluous("availabilityZones", list(settings.availability_zones), rule)


@joint("multiAz", "size")
def several_zones_take_several_members(settings: "Settings") -> Iterator[ConfigError]:
    if settings.multi_az and settings.size < MIN_ZONES:
        rule = f"false with fewer than {MIN_ZONES} members: one machine stands in one zone"
        yield fault("multiAz", "true", rule, "false")


@joint("multiAz", "availabilityZones", "size", "aws:region")
def zones_keep_quorum(settings: "Settings") -> Iterator[ConfigError]:
    zones, region = settings.availability_zones, settings.region
    if not settings.multi_az or not zones:
        return
    foreign = [zone for zone in zones if not zone.startswith(region) or zone == region]
    example = f"[{', '.join(f'{region}{letter}' for letter in 'abc')}]"
    if foreign:
        rule = f"zones of the region {region}; {', '.join(foreign)} is none"
    elif len(set(zones)) < len(zones):
        rule = "each zone once"
    elif len(zones) < MIN_ZONES:
        half, lost = -(-settings.size // len(zones)), tolerated_failures(settings.size)
        rule = (
            f"at least {MIN_ZONES} zones: with {len(zones)}, one of them holds {half} of {settings.size} members, "
            f"but the cluster survives the loss of {lost}; it would fail with that zone, as it would in one zone"
        )
    elif len(zones) > max(MIN_ZONES, settings.size):
        rule = f"no more zones than members, {settings.size}"
    else:
        return
    yield fault("availabilityZones", list(zones), rule, example)


@joint("vpcId", "vpcCidr", "subnetCidr", "multiAz", "availabilityZones", "aws:region", "availabilityZone")
def subnets_in_vpc(settings: "Settings") -> Iterator[ConfigError]:
    vpc, subnets = settings.vpc_cidr, list(settings.subnets.values())
    fitting = first_subnet(vpc, len(subnets))
    if settings.vpc_id or all(inside(subnet, vpc) for subnet in subnets):
        return
    if IPv4Network(vpc).num_addresses < len(subnets) * IPv4Network(fitting).num_addresses:
        wider = IPv4Network(vpc).supernet(new_prefix=MAX_PREFIX - (len(subnets) - 1).bit_length())
        yield fault("vpcCidr", vpc, f"room for {len(subnets)} subnets, one per zone, of /{MAX_PREFIX} or more", wider)
    elif len(subnets) == 1 or not inside(settings.subnet_cidr, vpc):
        yield fault("subnetCidr", settings.subnet_cidr, f"inside etcd:vpcCidr, {vpc}", fitting)
    else:
        rule = (
            f"followed by a network of its size for each further zone inside etcd:vpcCidr, {vpc}: up to {subnets[-1]}"
        )
        yield fault("subnetCidr", settings.subnet_cidr, rule, fitting)


@joint("addresses")
def addresses_are_private(settings: "Settings") -> Iterator[ConfigError]:
    for index, address in enumerate(settings.addresses):
        reason = address_error(address)
        if not reason and address in settings.addresses[:index]:
            reason = f"an address of its own; addresses[{settings.addresses.index(address)}] has the same"
        if reason:
            yield fault(f"addresses[{index}]", address, reason, _fitting_addresses(settings))


@joint("addresses", "size")
def one_address_per_member(settings: "Settings") -> Iterator[ConfigError]:
    count = len(settings.addresses)
    if count not in (0, settings.size):
        rule = f"one address per member: etcd:size is {settings.size}, these are {count}"
        yield fault("addresses", list(settings.addresses), rule, _fitting_addresses(settings))


@joint("vpcId", "addresses", "subnetCidr", "multiAz", "availabilityZones", "aws:region", "availabilityZone")
def addresses_in_subnet(settings: "Settings") -> Iterator[ConfigError]:
    if settings.vpc_id:  # known only to AWS: components/aws/preflight/vpc.py looks
        return
    subnets = round_robin(list(settings.subnets.values()), len(settings.addresses))
    for index, (address, subnet) in enumerate(zip(settings.addresses, subnets, strict=True)):
        if not address_error(address) and (reason := subnet_error(address, subnet)):
            yield fault(f"addresses[{index}]", address, reason, _fitting_addresses(settings))


@joint("vpcId", "addresses", "size", "subnetCidr", "multiAz", "availabilityZones", "aws:region", "availabilityZone")
def default_addresses_fit(settings: "Settings") -> Iterator[ConfigError]:
    subnets = list(settings.subnets.values())
    defaults = default_addresses(subnets, settings.size)
    if settings.vpc_id or settings.addresses:
        return
    if any(map(subnet_error, defaults, round_robin(subnets, settings.size))):
        rule = f"required: {settings.subnet_cidr} has no room for the default, host numbers 100 and on"
        yield fault("addresses", "", rule, _fitting_addresses(settings))


def _fitting_addresses(settings: "Settings") -> str:
    return f"[{', '.join(suggested_addresses(list(settings.subnets.values()), settings.size))}]"
