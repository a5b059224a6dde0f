"""Checks whether EC2 offers an instance type in a zone: not every zone has every type, nor every account every zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# EC2's names of the architectures; the others are those of Debian's images and etcd's releases.
EC2_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class InstanceTypeUse:
    """An instance type in the settings: the key, the type, the architecture that its name implies, and the zones."""

    setting: str
    instance_type: str
    architecture: str
    zones: Sequence[str]

    def __str__(self) -> str:
        return f"{self.setting} = {self.instance_type}"


def violations(use: InstanceTypeUse, parent: pulumi.Resource) -> Iterator[str]:
    """Looks the type up and yields what is wrong with it; nothing if every zone offers it."""
    opts, name = pulumi.InvokeOptions(parent=parent), use.instance_type
    offerings = aws.ec2.get_instance_type_offerings(
        filters=[{"name": "instance-type", "values": [name]}], location_type="availability-zone", opts=opts
    )
    if not offerings.locations:
        yield f"{use}: there is no such instance type in this region. Remedy: choose one that EC2 lists here."
        return
    yield from missing_zones(use, offerings.locations)
    facts = aws.ec2.get_instance_type(instance_type=name, opts=opts)
    if EC2_ARCHITECTURES[use.architecture] not in facts.supported_architectures:
        yield (
            f"{use} is taken for {use.architecture} by its name, but EC2 lists "
            f"{', '.join(facts.supported_architectures)}. Remedy: choose another type, such as m7i.large or m7g.large."
        )


def missing_zones(use: InstanceTypeUse, offered_in: Sequence[str]) -> Iterator[str]:
    """The zones that are not among those that offer the type. EC2 names the zones of this account only."""
    for zone in use.zones:
        if zone not in offered_in:
            yield (
                f"{use}: zone {zone} does not offer it to this account; {', '.join(sorted(offered_in))} do. Remedy: "
                "choose another type, or zones that have it (etcd:availabilityZone; with multiAz, availabilityZones)."
            )
