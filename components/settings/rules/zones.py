"""Rules on availability zones: which may be named, and that a cluster in several zones survives the loss of any one."""

from collections.abc import Iterator

from components.settings.errors import ConfigError, superfluous, wrong_value
from components.settings.model import Settings
from components.settings.rules.cross_field import CrossFieldRules
from components.topology import MIN_ZONES, tolerated_failures

rules = CrossFieldRules()


@rules.add
def zone_is_in_the_region(settings: Settings) -> Iterator[ConfigError]:
    zone, region = settings.availability_zone, settings.region
    if zone and not zone.startswith(region):
        yield wrong_value("availabilityZone", zone, f"a zone of the region {region}", f"{region}a")


@rules.add
def zones_agree_with_the_flag(settings: Settings) -> Iterator[ConfigError]:
    """Three zones without the flag would be one zone, and nothing would show it."""
    if settings.multi_az and settings.availability_zone:
        rule = "not set where etcd:multiAz is true: members are in several zones, which etcd:availabilityZones names"
        yield superfluous("availabilityZone", settings.availability_zone, rule)
    if not settings.multi_az and settings.availability_zones:
        rule = "not set where etcd:multiAz is false: all members are in one zone, which etcd:availabilityZone names"
        yield superfluous("availabilityZones", list(settings.availability_zones), rule)


@rules.add
def several_zones_need_several_members(settings: Settings) -> Iterator[ConfigError]:
    if settings.multi_az and settings.size < MIN_ZONES:
        rule = f"false with fewer than {MIN_ZONES} members: one machine is in one zone"
        yield wrong_value("multiAz", "true", rule, "false")


@rules.add
def zones_keep_quorum(settings: Settings) -> Iterator[ConfigError]:
    if not settings.multi_az or not settings.availability_zones:
        return
    zones, region, size = settings.availability_zones, settings.region, settings.size
    foreign = [zone for zone in zones if not zone.startswith(region) or zone == region]
    if foreign:
        rule = f"zones of the region {region}; {', '.join(foreign)} is none"
    elif len(set(zones)) < len(zones):
        rule = "each zone once"
    elif len(zones) < MIN_ZONES:
        most, lost = -(-size // len(zones)), tolerated_failures(size)
        rule = (
            f"at least {MIN_ZONES} zones: with {len(zones)}, one of them holds {most} of {size} members, but the "
            f"cluster survives the loss of {lost}; it would fail with that zone, as it would in one zone"
        )
    elif len(zones) > max(MIN_ZONES, size):
        rule = f"no more zones than members, {size}"
    else:
        return
    yield wrong_value("availabilityZones", list(zones), rule, f"[{region}a, {region}b, {region}c]")
