"""The types of the settings: each with its pattern or range, its rule in words, and an example.

Free text never holds what a shell would act on ($ ` ; & | < > quotes), though no setting is ever pasted into one.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from components.settings.checks import (
    decoded_json,
    odd_size,
    optional_private_network,
    solid_state,
    tag_key,
    without_slash,
    zero_or_thousands,
)
from components.settings.data_directory import mount_point
from components.settings.field_rule import FieldRule
from components.settings.networks import private_network, source_network
from components.settings.public_key import openssh_public_key

ClusterName = Annotated[
    str,
    Field(pattern=r"^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$"),
    FieldRule("1 to 32 of a-z, 0-9 and -, a letter first and no - last", "etcd"),
]
Size = Annotated[int, AfterValidator(odd_size), FieldRule("1, 3, 5 or 7 members", "3")]
Addresses = Annotated[
    tuple[str, ...],
    BeforeValidator(decoded_json),
    FieldRule("a list of IPv4 addresses, one per member", "[192.168.0.100, 192.168.0.101, 192.168.0.102]"),
]
VpcCidr = Annotated[
    str, AfterValidator(private_network), FieldRule("a private IPv4 network, /16 to /28", "192.168.0.0/16")
]
SubnetCidr = Annotated[
    str, AfterValidator(private_network), FieldRule("a private IPv4 network, /16 to /28", "192.168.0.0/24")
]
SourceCidr = Annotated[str, AfterValidator(source_network)]
SourceCidrs = Annotated[
    tuple[SourceCidr, ...],
    BeforeValidator(decoded_json),
    FieldRule("a list of IPv4 networks, /8 or narrower", "[10.20.0.0/16]"),
]
EC2_ID = r"([0-9a-f]{8}|[0-9a-f]{17})"
VpcId = Annotated[str, Field(pattern=rf"^(vpc-{EC2_ID})?$"), FieldRule("the ID of a VPC", "vpc-0123456789abcdef0")]
SubnetId = Annotated[str, Field(pattern=rf"^subnet-{EC2_ID}$")]
SubnetIds = Annotated[
    tuple[SubnetId, ...],
    BeforeValidator(decoded_json),
    FieldRule("a list of IDs of subnets, one per zone", "[subnet-0123456789abcdef0]"),
]
SecurityGroupId = Annotated[str, Field(pattern=rf"^sg-{EC2_ID}$")]
SecurityGroupIds = Annotated[
    tuple[SecurityGroupId, ...],
    BeforeValidator(decoded_json),
    FieldRule("a list of IDs of security groups", "[sg-0123456789abcdef0]"),
]
Access = Annotated[str, Field(pattern=r"^(private|bastion)$"), FieldRule("private or bastion", "bastion")]
OptionalCidr = Annotated[
    str, AfterValidator(optional_private_network), FieldRule("a private IPv4 network, /16 to /28", "192.168.255.240/28")
]
SshPublicKey = Annotated[
    str,
    AfterValidator(openssh_public_key),
    FieldRule("a public key as in id_ed25519.pub: ssh-ed25519, or ssh-rsa of 2048 or 4096 bits", '"$(cat KEY.pub)"'),
]
KeyGeneration = Annotated[int, Field(ge=1, le=1_000_000), FieldRule("1 to 1000000, one more each time", "1")]
Region = Annotated[
    str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]+$"), FieldRule("the name of an AWS region", "us-east-1")
]
Zone = Annotated[
    str, Field(pattern=r"^([a-z]{2}(-[a-z0-9]+)+[a-z])?$"), FieldRule("the name of an availability zone", "us-east-1a")
]
Zones = Annotated[
    tuple[Zone, ...],
    BeforeValidator(decoded_json),
    FieldRule("a list of availability zones", "[us-east-1a, us-east-1b, us-east-1c]"),
]
InstanceType = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]{0,30}\.[a-z0-9-]{1,30}$"),
    FieldRule("an EC2 instance type: family, dot, size", "m7i.large"),
]
VolumeType = Annotated[str, AfterValidator(solid_state), FieldRule("gp3 or io2", "gp3")]
# The widest that any type offers; components/settings/rules/volumes.py has the limits of each, and their source.
VolumeSizeGib = Annotated[int, Field(ge=1, le=65_536), FieldRule("1 to 65536 GiB", "20")]
VolumeIops = Annotated[int, Field(ge=100, le=256_000), FieldRule("100 to 256000", "3000")]
VolumeThroughput = Annotated[int, Field(ge=125, le=2_000), FieldRule("125 to 2000 MiB/s, what gp3 offers", "125")]
# A UUID of version 1 to 5, as the AWS provider demands, or the ID of a key of several regions.
KMS_KEY_ID = r"mrk-[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
KmsKeyArn = Annotated[
    str,
    Field(pattern=rf"^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:key/({KMS_KEY_ID}))?$"),
    FieldRule(
        "the ARN of a KMS key, not of an alias",
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-96ef-1234567890ab",
    ),
]
MemberName = Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]*-[1-9])?$"), FieldRule("the name of one member", "etcd-1")]
EtcdVersion = Annotated[
    str,
    Field(pattern=r"^(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}$"),
    FieldRule("an exact release, x.y.z, so that an update never changes it by surprise", "3.5.11"),
]
ReleaseFile = Annotated[
    str,
    Field(pattern=r"^[\p{L}\p{N}/_.,+@~ -]*$", max_length=4_096),
    FieldRule("a path of letters, digits, spaces and / _ . , + @ ~ -", "./etcd-v3.5.11-linux-amd64.tar.gz"),
]
Sha256 = Annotated[
    str,
    Field(pattern=r"^([0-9a-fA-F]{64})?$"),
    AfterValidator(str.lower),
    FieldRule("a SHA-256: 64 hexadecimal digits", "$(sha256sum TARBALL | cut -c1-64)"),
]
ReleaseUrl = Annotated[
    str,
    Field(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$"),
    AfterValidator(without_slash),
    FieldRule("an https:// URL without query", "https://github.com/etcd-io/etcd/releases/download"),
]
# server/embed/config.go: a zero is refused, and so is an election timeout above maxElectionMs.
Heartbeat = Annotated[int, Field(ge=1, le=10_000), FieldRule("1 to 10000 ms: a fifth of the election timeout", "100")]
Election = Annotated[int, Field(ge=5, le=50_000), FieldRule("5 to 50000 ms: etcd starts with nothing else", "1000")]
# etcd reads 0 as its own default and a negative one as no quota at all.
QuotaMib = Annotated[
    int, Field(ge=1), FieldRule("above 0: without a quota the volume fills up and the member dies", "2048")
]
Retention = Annotated[
    str,
    Field(pattern=r"^[1-9][0-9]{0,4}[hm]$"),
    FieldRule("hours or minutes: without compaction the database grows until the quota stops it", "1h"),
]
SnapshotCount = Annotated[
    int,
    Field(ge=0, le=10_000_000),
    AfterValidator(zero_or_thousands),
    FieldRule("1000 to 10000000 transactions, or 0 for the default of the release", "0"),
]
MemberNames = Annotated[
    tuple[str, ...], BeforeValidator(decoded_json), FieldRule("a list of names of members", "[etcd-1]")
]
DataDirectory = Annotated[
    str,
    Field(pattern=r"^/[A-Za-z0-9/_.-]{0,200}$"),
    AfterValidator(mount_point),
    FieldRule("an absolute path of letters, digits and / _ . -", "/var/lib/etcd"),
]
ValidityDays = Annotated[int, Field(ge=1, le=36_500), FieldRule("1 to 36500 days", "365")]
RenewalDays = Annotated[int, Field(ge=1, le=36_500), FieldRule("1 to 36500 days", "30")]
AuthorityDays = Annotated[int, Field(ge=1, le=36_500), FieldRule("1 to 36500 days", "3650")]
Flag = Annotated[bool, FieldRule("true or false", "false")]
TAG_TEXT = r"^[\p{L}\p{N} +\-=._:/@]*$"
TagKey = Annotated[str, Field(pattern=TAG_TEXT, min_length=1, max_length=128), AfterValidator(tag_key)]
TagValue = Annotated[str, Field(pattern=TAG_TEXT, max_length=256)]
Tags = Annotated[
    dict[TagKey, TagValue],
    Field(max_length=40),
    BeforeValidator(decoded_json),
    FieldRule(
        "up to 40 tags of text: letters, digits, spaces and + - = . _ : / @, 128 in a key and 256 in a value",
        '{team: "a"}',
    ),
]
# EC2's characters for a description, less those that mean something to a shell.
Description = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9 ._:/()#,@+=\[\]-]{1,200}$"),
    FieldRule("1 to 200 letters, digits, spaces and . _ - : / ( ) # , @ [ ] + =", "'etcd cluster'"),
]
