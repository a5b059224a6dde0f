"""Rules on sources: the networks and security groups that reach the members."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from components.settings.errors import ConfigError, wrong_value
from components.settings.model import Settings
from components.settings.rules.cross_field import CrossFieldRules

rules = CrossFieldRules()


@rules.add
def operator_networks_differ(settings: Settings) -> Iterator[ConfigError]:
    yield from _networks_differ("operatorCidrs", settings.operator_cidrs)


@rules.add
def client_networks_differ(settings: Settings) -> Iterator[ConfigError]:
    yield from _networks_differ("clientCidrs", settings.client_cidrs)


@rules.add
def metrics_networks_differ(settings: Settings) -> Iterator[ConfigError]:
    yield from _networks_differ("metricsCidrs", settings.metrics_cidrs)


@rules.add
def client_groups_differ(settings: Settings) -> Iterator[ConfigError]:
    yield from _groups_differ("clientSecurityGroupIds", settings.client_security_group_ids)


@rules.add
def metrics_groups_differ(settings: Settings) -> Iterator[ConfigError]:
    yield from _groups_differ("metricsSecurityGroupIds", settings.metrics_security_group_ids)


def _networks_differ(key: str, networks: tuple[str, ...]) -> Iterator[ConfigError]:
    """EC2 permits overlaps. Removing the narrower network would then shut nobody out."""
    example = "[10.20.0.0/16]"
    if "" in networks or len(set(networks)) < len(networks):
        yield wrong_value(key, list(networks), "each network once, and none empty", example)
        return
    for inner in networks:
        for outer in networks:
            if inner != outer and IPv4Network(inner).subnet_of(IPv4Network(outer)):
                yield wrong_value(key, list(networks), f"networks that do not overlap: {outer} holds {inner}", example)
                return


def _groups_differ(key: str, groups: tuple[str, ...]) -> Iterator[ConfigError]:
    if len(set(groups)) < len(groups):
        yield wrong_value(key, list(groups), "each security group once", "[sg-0123456789abcdef0]")
