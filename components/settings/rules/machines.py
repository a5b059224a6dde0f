"""Rules on the members' machines: their type, and which may be replaced."""

from collections.abc import Iterator

from components.settings.errors import ConfigError, wrong_value
from components.settings.model import Settings
from components.settings.rules.cross_field import CrossFieldRules
from components.topology import member_names

# Families without Nitro name their disks otherwise: the data volume would not be found.
# docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
XEN_FAMILIES = ("c1", "c3", "c4", "d2", "f1", "g2", "g3", "g3s", "h1", "i2", "i3", "m1", "m2", "m3", "m4", "p2",
                "p3", "r3", "r4", "t1", "t2", "x1", "x1e")  # fmt: skip

rules = CrossFieldRules()


@rules.add
def instance_type_is_nitro(settings: Settings) -> Iterator[ConfigError]:
    if settings.instance_type.partition(".")[0] in XEN_FAMILIES:
        rule = "a type on the Nitro system: older ones name their disks otherwise, so the data volume is not found"
        yield wrong_value("instanceType", settings.instance_type, rule, "m7i.large")


@rules.add
def replaced_machines_have_members(settings: Settings) -> Iterator[ConfigError]:
    if not settings.replace_machines:
        return
    members = member_names(settings.cluster_name, settings.size)
    unknown = [name for name in settings.replace_machines if name not in members]
    if unknown:
        rule = f"names of members, {', '.join(members)}; {', '.join(unknown)} is none"
        yield wrong_value("replaceMachines", list(settings.replace_machines), rule, f"[{members[0]}]")
