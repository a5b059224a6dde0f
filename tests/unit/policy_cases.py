"""For each rule of the policy pack a resource that keeps it, one that breaks it, and a piece of what is said then."""

from typing import Any

from policy.rules import EIP, INGRESS_RULE, INSTANCE, OLD_RULE, SECURITY_GROUP, SUBNET, VOLUME, Resource

Case = tuple[str, Resource, Resource, str]

MEMBER = "etcd-instance-etcd-1"
TOKEN = {"httpTokens": "required", "httpPutResponseHopLimit": 1}


def resource(
    kind: str, properties: dict[str, Any], *, name: str = "x", stack: str = "dev", protect: bool = False
) -> Resource:
    return Resource(kind, name, properties, stack, protect)


def root(**volume: Any) -> Resource:
    return resource(INSTANCE, {"rootBlockDevice": volume})


def volume(**properties: Any) -> Resource:
    return resource(VOLUME, properties)


def pair(rule: str, kept: Resource, told: str, *broken: Resource) -> list[Case]:
    """One case per resource that breaks the rule."""
    return [(rule, kept, each, told) for each in broken]


CASES: list[Case] = [
    *pair(
        "encrypted-volumes", volume(encrypted=True), "the volume is not encrypted", volume(encrypted=False), volume()
    ),
    *pair("encrypted-volumes", root(encrypted=True), "root volume is not encrypted", root(), resource(INSTANCE, {})),
    *pair(
        "encrypted-volumes",
        root(encrypted=True),
        "the volume at /dev/sdx is not encrypted",
        resource(INSTANCE, {"ebsBlockDevices": [{"deviceName": "/dev/sdx"}]}),
    ),
    *pair("ssd-volumes", volume(type="io2"), "of type st1", volume(type="st1")),
    *pair("ssd-volumes", volume(type="gp3"), "of type None", volume()),
    *pair("ssd-volumes", root(volumeType="gp3"), "root volume is of type standard", root(volumeType="standard")),
    *pair(
        "imdsv2",
        resource(INSTANCE, {"metadataOptions": TOKEN}),
        "IMDSv1",
        resource(INSTANCE, {}),
        resource(INSTANCE, {"metadataOptions": {**TOKEN, "httpTokens": "optional"}}),
    ),
    *pair(
        "imdsv2",
        resource(INSTANCE, {"metadataOptions": TOKEN}),
        "to containers",
        resource(INSTANCE, {"metadataOptions": {**TOKEN, "httpPutResponseHopLimit": 2}}),
    ),
    *pair(
        "no-open-inbound",
        resource(INGRESS_RULE, {"cidrIpv4": "10.0.0.0/8"}),
        "lets in",
        resource(INGRESS_RULE, {"cidrIpv4": "0.0.0.0/0"}),
        resource(INGRESS_RULE, {"cidrIpv4": "128.0.0.0/1"}),
        resource(INGRESS_RULE, {"cidrIpv6": "::/0"}),
    ),
    *pair(
        "no-open-inbound",
        resource(
            SECURITY_GROUP, {"ingress": [{"cidrBlocks": ["10.1.0.0/16"]}], "egress": [{"cidrBlocks": ["0.0.0.0/0"]}]}
        ),
        "lets in",
        resource(SECURITY_GROUP, {"ingress": [{"cidrBlocks": ["10.1.0.0/16", "0.0.0.0/0"]}]}),
        resource(SECURITY_GROUP, {"ingress": [{"ipv6CidrBlocks": ["::/0"]}]}),
    ),
    *pair(
        "no-open-inbound",
        resource(OLD_RULE, {"type": "egress", "cidrBlocks": ["0.0.0.0/0"]}),
        "lets in 0.0.0.0/0",
        resource(OLD_RULE, {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"]}),
    ),
    *pair(
        "no-public-member",
        resource(SUBNET, {"mapPublicIpOnLaunch": False}),
        "mapPublicIpOnLaunch",
        resource(SUBNET, {"mapPublicIpOnLaunch": True}),
    ),
    *pair(
        "no-public-member",
        resource(INSTANCE, {"associatePublicIpAddress": True}, name="etcd-bastion"),
        "only a bastion may",
        resource(INSTANCE, {"associatePublicIpAddress": True}, name=MEMBER),
        resource(INSTANCE, {"associatePublicIpAddress": True}, name="bastion-instance-bastion-1"),
    ),
    *pair("no-public-member", resource(EIP, {}, name="etcd-bastion-address"), "only a bastion may", resource(EIP, {})),
    *pair(
        "protected-production",
        resource(INSTANCE, {"disableApiTermination": True}, name=MEMBER, stack="prod"),
        "set disableApiTermination",
        resource(INSTANCE, {}, name=MEMBER, stack="prod"),
    ),
    *pair(
        "protected-production",
        resource(INSTANCE, {}, name=MEMBER, stack="dev"),
        "set disableApiTermination",
        resource(INSTANCE, {"disableApiTermination": False}, name=MEMBER, stack="eu-prod"),
    ),
    *pair(
        "protected-production",
        resource(VOLUME, {}, stack="prod", protect=True),
        "protect it",
        resource(VOLUME, {}, stack="prod"),
    ),
    *pair(
        "tagged",
        resource(VOLUME, {"tags": {"Name": "etcd-1", "etcd-aws:stack": "etcd/dev"}}),
        "no tag etcd-aws:stack",
        resource(VOLUME, {"tags": {"Name": "etcd-1"}}),
        resource(VOLUME, {}),
    ),
    *pair("tagged", resource("tls:index/privateKey:PrivateKey", {}), "no tag Name", resource("aws:kms/key:Key", {})),
    *pair(
        "tagged",
        resource("aws:ec2/volumeAttachment:VolumeAttachment", {}),
        "no tag Name",
        resource(INGRESS_RULE, {"tags": {}}),
    ),
]
