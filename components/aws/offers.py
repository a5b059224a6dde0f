"""Whether AWS has the instance type where it is wanted: not every zone has every type, nor every account every zone."""

from collections.abc import Iterable, Iterator, Sequence

import pulumi
import pulumi_aws as aws

# EC2's names of the architectures; the others are those of Debian's images and etcd's releases.
EC2_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}


def faults(instance_type: str, architecture: str, zones: Iterable[str], parent: pulumi.Resource) -> Iterator[str]:
    """Looks the type up and says what is wrong with it; nothing if it can be had in every zone."""
    opts = pulumi.InvokeOptions(parent=parent)
    offerings = aws.ec2.get_instance_type_offerings(
        filters=[{"name": "instance-type", "values": [instance_type]}], location_type="availability-zone", opts=opts
    )
    reasons = list(refusals(instance_type, zones, offerings.locations))
    yield from reasons
    if offerings.locations:
        facts = aws.ec2.get_instance_type(instance_type=instance_type, opts=opts)
        if reason := misfit(instance_type, architecture, facts.supported_architectures):
            yield reason


def refusals(instance_type: str, zones: Iterable[str], offered_in: Sequence[str]) -> Iterator[str]:
    """Where the type is not offered. EC2 names the zones of this account only."""
    if not offered_in:
        yield (
            f"etcd:instanceType = {instance_type}: there is no such instance type in this region. "
            "Remedy: pulumi config set etcd:instanceType m7i.large, or another that EC2 lists here."
        )
        return
    for zone in zones:
        if zone not in offered_in:
            yield (
                f"zone {zone} does not offer {instance_type} to this account; {', '.join(sorted(offered_in))} do. "
                "Remedy: name such zones in the stack's Pulumi.*.yaml, etcd:availabilityZone without etcd:multiAz, "
                "etcd:availabilityZones: [...] with it; or choose another etcd:instanceType."
            )


def misfit(instance_type: str, architecture: str, supported: Sequence[str]) -> str | None:
    """Why the image and the release would not run on it: they are chosen by the type's name."""
    if EC2_ARCHITECTURES[architecture] in supported:
        return None
    return (
        f"etcd:instanceType = {instance_type} is taken for {architecture} by its name, but EC2 says "
        f"{', '.join(supported)}. Remedy: choose another type, such as m7i.large."
    )
