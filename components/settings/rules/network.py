"""Rules on the network: the region, the VPC that is made or exists, its subnets, and the members' addresses."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from components.settings.errors import ConfigError, superfluous, wrong_value
from components.settings.key_index import KEYS, RULES
from components.settings.model import Settings
from components.settings.networks import MAX_PREFIX, address_error, first_subnet, inside
from components.settings.placement import subnets, zones
from components.settings.rules.cross_field import CrossFieldRules, RefusedFieldError
from components.topology import default_addresses, round_robin, subnet_error, suggested_addresses

rules = CrossFieldRules()


@rules.add
def region_is_set(settings: Settings) -> Iterator[ConfigError]:
    if not settings.region:
        yield wrong_value("aws:region", "", "required: the AWS region", "us-east-1")


@rules.add
def existing_vpc_has_its_own_ranges(settings: Settings) -> Iterator[ConfigError]:
    """The engine fills in the defaults, so only other values show that somebody set them."""
    if not settings.vpc_id:
        return
    for name, value in (("vpc_cidr", settings.vpc_cidr), ("subnet_cidr", settings.subnet_cidr)):
        if value != Settings.model_fields[name].default:
            rule = "not set with etcd:vpcId: the VPC and its subnets have their ranges already"
            yield superfluous(KEYS[name], value, rule)


@rules.add
def subnet_ids_belong_to_an_existing_vpc(settings: Settings) -> Iterator[ConfigError]:
    if settings.subnet_ids and not settings.vpc_id:
        rule = "not set without etcd:vpcId: in a VPC of its own the program makes the subnets"
        yield superfluous("subnetIds", list(settings.subnet_ids), rule)


@rules.add
def existing_vpc_has_one_subnet_per_zone(settings: Settings) -> Iterator[ConfigError]:
    if not settings.vpc_id:
        return
    ids, names = settings.subnet_ids, zones(settings)
    if len(ids) != len(names) or len(set(ids)) < len(ids):
        rule = f"one subnet of etcd:vpcId per zone, each once, in this order: {', '.join(names)}"
        examples = ", ".join(f"subnet-{number:017x}" for number in range(1, len(names) + 1))
        yield wrong_value("subnetIds", list(ids), rule, f"[{examples}]")


@rules.add
def existing_vpc_needs_addresses(settings: Settings) -> Iterator[ConfigError]:
    if settings.vpc_id and not settings.addresses:
        rule = f"required with etcd:vpcId: {settings.size} free addresses, each in the subnet of its member's zone"
        examples = ", ".join(f"10.0.1.{number}" for number in range(10, 10 + settings.size))
        yield wrong_value("addresses", "", rule, f"[{examples}]")


@rules.add
def subnets_are_inside_the_vpc(settings: Settings) -> Iterator[ConfigError]:
    if settings.vpc_id:
        return
    vpc, ranges = settings.vpc_cidr, list(subnets(settings).values())
    if all(inside(subnet, vpc) for subnet in ranges):
        return
    count, fitting = len(ranges), first_subnet(vpc, len(ranges))
    if IPv4Network(vpc).num_addresses < count * IPv4Network(fitting).num_addresses:
        wider = IPv4Network(vpc).supernet(new_prefix=MAX_PREFIX - (count - 1).bit_length())
        rule = f"room for {count} subnets, one per zone, of /{MAX_PREFIX} or more"
        yield wrong_value("vpcCidr", vpc, rule, wider)
    elif count == 1 or not inside(settings.subnet_cidr, vpc):
        yield wrong_value("subnetCidr", settings.subnet_cidr, f"inside etcd:vpcCidr, {vpc}", fitting)
    else:
        rule = f"followed by a network of its size for each further zone inside etcd:vpcCidr, {vpc}: up to {ranges[-1]}"
        yield wrong_value("subnetCidr", settings.subnet_cidr, rule, fitting)


@rules.add
def addresses_are_private_and_differ(settings: Settings) -> Iterator[ConfigError]:
    for index, address in enumerate(settings.addresses):
        reason = address_error(address)
        if not reason and address in settings.addresses[:index]:
            reason = f"an address of its own; addresses[{settings.addresses.index(address)}] has the same"
        if reason:
            yield wrong_value(f"addresses[{index}]", address, reason, _suggested(settings))


@rules.add
def each_member_has_one_address(settings: Settings) -> Iterator[ConfigError]:
    count = len(settings.addresses)
    if count not in (0, settings.size):
        rule = f"one address per member: etcd:size is {settings.size}, these are {count}"
        yield wrong_value("addresses", list(settings.addresses), rule, _suggested(settings))


@rules.add
def addresses_are_in_their_subnets(settings: Settings) -> Iterator[ConfigError]:
    if settings.vpc_id:  # only AWS has its ranges: components/aws/preflight/vpc.py looks them up
        return
    ranges = round_robin(list(subnets(settings).values()), len(settings.addresses))
    for index, (address, subnet) in enumerate(zip(settings.addresses, ranges, strict=True)):
        if not address_error(address) and (reason := subnet_error(address, subnet)):
            yield wrong_value(f"addresses[{index}]", address, reason, _suggested(settings))


@rules.add
def default_addresses_fit(settings: Settings) -> Iterator[ConfigError]:
    if settings.vpc_id or settings.addresses:
        return
    ranges = list(subnets(settings).values())
    defaults = default_addresses(ranges, settings.size)
    if any(map(subnet_error, defaults, round_robin(ranges, settings.size))):
        rule = f"required: {settings.subnet_cidr} has no room for the default, host numbers 100 and on"
        yield wrong_value("addresses", "", rule, _suggested(settings))


def _suggested(settings: Settings) -> str:
    """Addresses that fit, or those of the field's rule where the size or the subnets are refused themselves."""
    try:
        return f"[{', '.join(suggested_addresses(list(subnets(settings).values()), settings.size))}]"
    except RefusedFieldError:
        return RULES["addresses"].example
