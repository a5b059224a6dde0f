"""Rules about who reaches the members."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from components.settings.errors import ConfigError
from components.settings.rules.cross_field import CrossFieldRules, fault

if TYPE_CHECKING:
    from components.settings.model import Settings

joint = CrossFieldRules()


@joint("operatorCidrs")
def operator_networks_differ(settings: "Settings") -> Iterator[ConfigError]:
    yield from _networks_differ("operatorCidrs", settings.operator_cidrs)


@joint("clientCidrs")
def client_networks_differ(settings: "Settings") -> Iterator[ConfigError]:
    yield from _networks_differ("clientCidrs", settings.client_cidrs)


@joint("metricsCidrs")
def metrics_networks_differ(settings: "Settings") -> Iterator[ConfigError]:
    yield from _networks_differ("metricsCidrs", settings.metrics_cidrs)


@joint("clientSecurityGroupIds")
def client_groups_differ(settings: "Settings") -> Iterator[ConfigError]:
    yield from _groups_differ("clientSecurityGroupIds", settings.client_security_group_ids)


@joint("metricsSecurityGroupIds")
def metrics_groups_differ(settings: "Settings") -> Iterator[ConfigError]:
    yield from _groups_differ("metricsSecurityGroupIds", settings.metrics_security_group_ids)


def _networks_differ(key: str, networks: tuple[str, ...]) -> Iterator[ConfigError]:
    """EC2 permits overlaps. Whoever takes the narrower network off the list would think it shut out."""
    example = "[10.20.0.0/16]"
    if "" in networks or len(set(networks)) < len(networks):
        yield fault(key, list(networks), "each network once, and none empty", example)
        return
    for inner in networks:
        for outer in networks:
            if inner != outer and IPv4Network(inner).subnet_of(IPv4Network(outer)):
                yield fault(key, list(networks), f"networks that do not overlap: {outer} holds {inner}", example)
                return


def _groups_differ(key: str, groups: tuple[str, ...]) -> Iterator[ConfigError]:
    if len(set(groups)) < len(groups):
        yield fault(key, list(groups), "each security group once", "[sg-0123456789abcdef0]")
