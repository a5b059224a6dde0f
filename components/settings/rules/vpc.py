"""Rules about a VPC that exists: what has to be said of it, and what it says itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.settings.errors import ConfigError, qualified
from components.settings.rules.cross_field import CrossFieldRules, fault

if TYPE_CHECKING:
    from components.settings.model import Settings

joint = CrossFieldRules()


@joint("vpcId", "vpcCidr", "subnetCidr")
def ranges_are_its_own(settings: "Settings") -> Iterator[ConfigError]:
    """The engine fills in the defaults, so only other values can be told from none."""
    for name, key in (("vpc_cidr", "vpcCidr"), ("subnet_cidr", "subnetCidr")):
        value = getattr(settings, name)
        if settings.vpc_id and value != type(settings).model_fields[name].default:
            yield _superfluous(key, value, "not set with etcd:vpcId: the VPC and its subnets have their ranges already")


@joint("vpcId", "subnetIds")
def subnets_belong_to_a_vpc(settings: "Settings") -> Iterator[ConfigError]:
    if settings.subnet_ids and not settings.vpc_id:
        rule = "not set without etcd:vpcId: in a VPC of its own the program makes the subnets"
        yield _superfluous("subnetIds", list(settings.subnet_ids), rule)


@joint("vpcId", "subnetIds", "multiAz", "availabilityZones", "availabilityZone", "aws:region")
def one_subnet_per_zone(settings: "Settings") -> Iterator[ConfigError]:
    ids, zones = settings.subnet_ids, settings.zones
    if settings.vpc_id and (len(ids) != len(zones) or len(set(ids)) < len(ids)):
        rule = f"one subnet of etcd:vpcId per zone, each once, in this order: {', '.join(zones)}"
        examples = ", ".join(f"subnet-{number:017x}" for number in range(1, len(zones) + 1))
        yield fault("subnetIds", list(ids), rule, f"[{examples}]")


@joint("vpcId", "addresses", "size")
def addresses_are_given(settings: "Settings") -> Iterator[ConfigError]:
    if settings.vpc_id and not settings.addresses:
        rule = f"required with etcd:vpcId: {settings.size} free addresses, each in the subnet of its member's zone"
        examples = ", ".join(f"10.0.1.{number}" for number in range(10, 10 + settings.size))
        yield fault("addresses", "", rule, f"[{examples}]")


def _superfluous(key: str, value: object, rule: str) -> ConfigError:
    return ConfigError(key=key, value=value, rule=rule, remedy=f"pulumi config rm {qualified(key)}")
