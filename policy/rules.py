"""The rules of the policy pack, over resources as Pulumi has them. Pure: knows neither the engine nor pulumi-policy.

They read what was asked of AWS, not how the program asked: `components/` may be rewritten and they still hold.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

SOLID_STATE = ("gp3", "gp2", "io2", "io1")
WIDEST_SOURCE_PREFIX = 8
REQUIRED_TAGS = ("Name", "etcd-aws:stack")

INSTANCE, VOLUME, SUBNET, EIP = (
    "aws:ec2/instance:Instance",
    "aws:ebs/volume:Volume",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/eip:Eip",
)
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SECURITY_GROUP, OLD_RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/securityGroupRule:SecurityGroupRule"
# AWS has no tags on these.
UNTAGGED = re.compile(
    r"(Attachment|Association|InstanceState|:Route|:Alias|:RolePolicy|SecurityGroupRule|"
    r":Bucket(LifecycleConfiguration|ObjectLockConfiguration|OwnershipControls|Policy|PublicAccessBlock|"
    r"ServerSideEncryptionConfiguration|Versioning))$"
)


@dataclass(frozen=True)
class Resource:
    """One resource as the engine has it.

    Attributes:
        type: Pulumi's token, such as `aws:ebs/volume:Volume`.
        name: logical name.
        properties: its inputs, in Pulumi's camelCase.
        stack: name of the stack; `prod` and the like are production.
        protect: whether Pulumi refuses to delete it.
    """

    type: str
    name: str
    properties: Mapping[str, Any]
    stack: str
    protect: bool = False

    @property
    def in_production(self) -> bool:
        return re.search(r"(^|[-_.])prod(uction)?($|[-_.])", self.stack) is not None

    @property
    def cluster(self) -> str | None:
        """Of a member's machine, the cluster: `etcd` for `etcd-instance-etcd-2`."""
        found = re.fullmatch(r"(?P<cluster>.+)-instance-(?P=cluster)-[0-9]+", self.name)
        return found["cluster"] if found and self.type == INSTANCE else None

    @property
    def is_bastion(self) -> bool:
        """The one machine that may be reached from outside, by its name."""
        return self.cluster is None and "bastion" in self.name.split("-")


def volumes_are_encrypted(resource: Resource) -> Iterator[str]:
    for where, volume, _ in _volumes(resource):
        if volume.get("encrypted") is not True:
            yield f"{where} is not encrypted: set encrypted to true"


def volumes_are_solid_state(resource: Resource) -> Iterator[str]:
    for where, volume, key in _volumes(resource):
        if volume.get(key) not in SOLID_STATE:
            yield f"{where} is of type {volume.get(key)}: etcd needs a solid-state disk, {', '.join(SOLID_STATE)}"


def metadata_needs_a_token(resource: Resource) -> Iterator[str]:
    if resource.type == INSTANCE:
        options = resource.properties.get("metadataOptions") or {}
        if options.get("httpTokens") != "required":
            yield "answers metadata without a token (IMDSv1): set metadataOptions.httpTokens to required"
        if options.get("httpPutResponseHopLimit") != 1:
            yield "hands metadata tokens on to containers: set metadataOptions.httpPutResponseHopLimit to 1"


def nothing_is_open_to_the_world(resource: Resource) -> Iterator[str]:
    for source in _sources(resource):
        network = ip_network(source, strict=False)
        if network.prefixlen < WIDEST_SOURCE_PREFIX:
            yield f"lets in {source}: name the networks that need it, /{WIDEST_SOURCE_PREFIX} or narrower"


def members_have_no_public_address(resource: Resource) -> Iterator[str]:
    if resource.type == SUBNET and resource.properties.get("mapPublicIpOnLaunch"):
        yield "gives public addresses to whatever starts in it: set mapPublicIpOnLaunch to false"
    if resource.type == INSTANCE and resource.properties.get("associatePublicIpAddress") and not resource.is_bastion:
        yield "has a public address: only a bastion may"
    if resource.type == EIP and not resource.is_bastion:
        yield "is a public address: only a bastion may have one"


def production_is_protected(resource: Resource) -> Iterator[str]:
    if not resource.in_production:
        return
    if resource.cluster and resource.properties.get("disableApiTermination") is not True:
        yield "can be terminated by one call, in production: set disableApiTermination to true"
    if resource.type == VOLUME and not resource.protect:
        yield "can be deleted by one update, in production: protect it"


def everything_is_tagged(resource: Resource) -> Iterator[str]:
    if resource.type.startswith("aws:") and not UNTAGGED.search(resource.type):
        tags = resource.properties.get("tags") or {}
        missing = [tag for tag in REQUIRED_TAGS if not tags.get(tag)]
        if missing:
            yield f"has no tag {' and no tag '.join(missing)}: nobody will know whose it is"


def clusters_are_odd(resources: Iterable[Resource]) -> Iterator[str]:
    sizes: dict[str, int] = {}
    for resource in resources:
        if resource.cluster:
            sizes[resource.cluster] = sizes.get(resource.cluster, 0) + 1
    for cluster, size in sizes.items():
        if size % 2 == 0:
            yield f"cluster {cluster} has {size} members and survives no more losses than with {size - 1}: make it odd"


@dataclass(frozen=True)
class Rule:
    """A rule with its name in the pack. `check` yields what is wrong, and how to set it right."""

    name: str
    description: str
    check: Callable[[Resource], Iterator[str]]


RULES = (
    Rule("encrypted-volumes", "Data and root volumes are encrypted.", volumes_are_encrypted),
    Rule("ssd-volumes", "Data and root volumes are solid-state.", volumes_are_solid_state),
    Rule("imdsv2", "Instance metadata needs a token and goes no further than the machine.", metadata_needs_a_token),
    Rule("no-open-inbound", "Nothing lets in the whole internet.", nothing_is_open_to_the_world),
    Rule("no-public-member", "No member has a public address.", members_have_no_public_address),
    Rule("protected-production", "Production cannot be deleted by one call.", production_is_protected),
    Rule("tagged", "Everything says its name and its stack.", everything_is_tagged),
)


def _volumes(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Every volume that a resource describes: how to call it, its settings, and the key of its type."""
    properties = resource.properties
    if resource.type == VOLUME:
        yield "the volume", properties, "type"
    if resource.type == INSTANCE:
        yield "the root volume", properties.get("rootBlockDevice") or {}, "volumeType"
        for device in properties.get("ebsBlockDevices") or ():
            yield f"the volume at {device.get('deviceName')}", device, "volumeType"


def _sources(resource: Resource) -> Iterator[str]:
    """Every network that a resource lets in."""
    properties = resource.properties
    if resource.type == INGRESS_RULE:
        yield from filter(None, (properties.get("cidrIpv4"), properties.get("cidrIpv6")))
    inbound = list(properties.get("ingress") or ()) if resource.type == SECURITY_GROUP else []
    if resource.type == OLD_RULE and properties.get("type") == "ingress":
        inbound.append(properties)
    for rule in inbound:
        yield from (*(rule.get("cidrBlocks") or ()), *(rule.get("ipv6CidrBlocks") or ()))
