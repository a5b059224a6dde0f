"""Rules that join several settings, and what is allowed but worth a warning."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.addresses import inside, misplaced
from components.etcd.release import OFFICIAL_URL, SUPPORTED_MINORS, minor_of, newest_pinned, published_sha256
from components.faults import Fault, set_command

if TYPE_CHECKING:
    from components.settings import Settings

type_of_check = Callable[["Settings"], Iterator[Fault]]

BASE_IOPS = 3_000
LOSES_DATA = ("3.5.0", "3.5.1", "3.5.2")
SUGGESTED_QUOTA_LIMIT_MIB = 8_192  # MaxQuotaBytes in etcd's server/etcdserver/quota.go


@dataclass(frozen=True)
class JointRule:
    """A check and the keys that it reads: it is skipped while one of them is refused on its own account."""

    keys: frozenset[str]
    check: type_of_check


JOINT_RULES: list[JointRule] = []


def joint(*keys: str) -> Callable[[type_of_check], type_of_check]:
    def register(check: type_of_check) -> type_of_check:
        JOINT_RULES.append(JointRule(frozenset(keys), check))
        return check

    return register


def fault(key: str, value: object, rule: str, example: object) -> Fault:
    return Fault(key=key, value=value, rule=rule, remedy=set_command(key, str(example)))


@joint("aws:region")
def region_is_set(settings: "Settings") -> Iterator[Fault]:
    if not settings.region:
        yield fault("aws:region", "", "required: the AWS region", "us-east-1")


@joint("aws:region", "availabilityZone")
def zone_in_region(settings: "Settings") -> Iterator[Fault]:
    zone, region = settings.availability_zone, settings.region
    if zone and not zone.startswith(region):
        yield fault("availabilityZone", zone, f"a zone of the region {region}", f"{region}a")


@joint("operatorCidr")
def operator_is_set(settings: "Settings") -> Iterator[Fault]:
    if not settings.operator_cidr:
        rule = "required: the network from which you reach the machines with SSH, your own address as /32 at best"
        yield fault("operatorCidr", "", rule, "203.0.113.7/32")


@joint("vpcCidr", "subnetCidr")
def subnet_in_vpc(settings: "Settings") -> Iterator[Fault]:
    if not inside(settings.subnet_cidr, settings.vpc_cidr):
        first = f"{settings.vpc_cidr.split('/')[0]}/{max(24, int(settings.vpc_cidr.split('/')[1]))}"
        yield fault("subnetCidr", settings.subnet_cidr, f"inside etcd:vpcCidr, {settings.vpc_cidr}", first)


@joint("addresses", "size")
def one_address_per_member(settings: "Settings") -> Iterator[Fault]:
    addresses = settings.addresses
    if addresses and len(addresses) != settings.size:
        rule = f"as many addresses as members: {settings.size} members, {len(addresses)} addresses"
        yield fault("addresses", list(addresses), rule, "192.168.0.100")
    for index, address in enumerate(addresses):
        if address in addresses[:index]:
            rule = f"an address of its own; addresses[{addresses.index(address)}] has the same"
            yield fault(f"addresses[{index}]", address, rule, "192.168.0.102")


@joint("addresses", "size", "subnetCidr")
def addresses_in_subnet(settings: "Settings") -> Iterator[Fault]:
    example = settings.topology.members[0].address
    for index, address in enumerate(settings.addresses):
        if reason := misplaced(address, settings.subnet_cidr):
            yield fault(f"addresses[{index}]", address, reason, example)
    if not settings.addresses and any(misplaced(member.address, settings.subnet_cidr) for member in settings.topology):
        rule = f"required here: {settings.subnet_cidr} is too small for the default, host numbers 100 and on"
        yield fault("addresses", "", rule, settings.subnet_cidr.split("/")[0].rsplit(".", 1)[0] + ".10")


@joint("volumeIops", "volumeSizeGib")
def iops_fit_the_size(settings: "Settings") -> Iterator[Fault]:
    most = max(BASE_IOPS, 500 * settings.volume_size_gib)
    if settings.volume_iops > most:
        rule = f"at most 500 per GiB above the base of {BASE_IOPS}: {most} for {settings.volume_size_gib} GiB"
        yield fault("volumeIops", settings.volume_iops, rule, most)


@joint("volumeIops", "volumeThroughputMibps")
def throughput_fits_the_iops(settings: "Settings") -> Iterator[Fault]:
    most = settings.volume_iops // 4
    if settings.volume_throughput_mibps > most:
        rule = f"at most a quarter of etcd:volumeIops: {most} MiB/s for {settings.volume_iops}"
        yield fault("volumeThroughputMibps", settings.volume_throughput_mibps, rule, most)


@joint("etcdVersion", "instanceType", "releaseSha256")
def version_is_usable(settings: "Settings") -> Iterator[Fault]:
    version, architecture = settings.etcd_version, settings.architecture
    newest = newest_pinned("3.5")
    if version in LOSES_DATA:
        rule = "not 3.5.0 to 3.5.2: they lose committed data after a crash (etcd issue 13766)"
        yield fault("etcdVersion", version, rule, newest)
    elif minor_of(version) not in SUPPORTED_MINORS:
        rule = f"a release of {' or '.join(SUPPORTED_MINORS)}: the settings of other minors are not known here"
        yield fault("etcdVersion", version, rule, newest)
    elif not settings.release_sha256 and not published_sha256(version, architecture):
        rule = (f"a release whose checksum is known (components/etcd/checksums.json, {architecture}), "
                "or etcd:releaseSha256 beside it")  # fmt: skip
        yield fault("etcdVersion", version, rule, newest)


@joint("etcdVersion", "instanceType", "releaseFile", "releaseSha256", "releaseUrl")
def checksum_agrees(settings: "Settings") -> Iterator[Fault]:
    published = published_sha256(settings.etcd_version, settings.architecture)
    own_build = settings.release_file or settings.release_url != OFFICIAL_URL
    if settings.release_sha256 and published and settings.release_sha256 != published and not own_build:
        rule = f"the sum of the published {settings.etcd_version}, {published}: no other release is offered there"
        yield fault("releaseSha256", settings.release_sha256, rule, published)


@joint("releaseFile")
def release_file_exists(settings: "Settings") -> Iterator[Fault]:
    if settings.release_file and not Path(settings.release_file).is_file():
        rule = f"a file on this machine; looked for {Path(settings.release_file).absolute()}"
        yield Fault(key="releaseFile", value=settings.release_file, rule=rule, remedy="correct the path, or remove it "
                    "to have the release downloaded: pulumi config rm etcd:releaseFile")  # fmt: skip


@joint("heartbeatMilliseconds", "electionMilliseconds")
def election_is_slower(settings: "Settings") -> Iterator[Fault]:
    least = 5 * settings.heartbeat_milliseconds
    if settings.election_milliseconds < least:
        rule = f"at least 5 times etcd:heartbeatMilliseconds, {least}: etcd does not start otherwise"
        yield fault("electionMilliseconds", settings.election_milliseconds, rule, 2 * least)


@joint("quotaMib", "volumeSizeGib")
def quota_fits_the_volume(settings: "Settings") -> Iterator[Fault]:
    most = settings.volume_size_gib * 1_024
    if settings.quota_mib >= most:
        rule = f"less than the volume, {most} MiB: the write-ahead log needs room too"
        yield fault("quotaMib", settings.quota_mib, rule, most // 2)


@joint("certificateValidityDays", "certificateRenewalDays", "caValidityDays")
def certificates_nest(settings: "Settings") -> Iterator[Fault]:
    leaf, early, authority = settings.certificate_validity_days, settings.certificate_renewal_days, settings.ca_validity_days
    if early >= leaf:
        rule = f"less than etcd:certificateValidityDays, {leaf}: else every update renews them"
        yield fault("certificateRenewalDays", early, rule, max(1, leaf // 3))
    if authority <= leaf:
        rule = f"more than etcd:certificateValidityDays, {leaf}: a certificate is worth nothing after its CA's end"
        yield fault("caValidityDays", authority, rule, 10 * leaf)


def warnings_for(settings: "Settings") -> list[str]:
    """What is allowed, with its price."""
    found = []
    if settings.size == 1:
        found.append("etcd:size is 1: the loss of this one machine is the loss of the cluster. Production takes 3 or 5.")
    family, size = settings.instance_type.split(".")
    if re.fullmatch(r"t[0-9]+[a-z]*", family):
        found.append(f"etcd:instanceType {settings.instance_type} is burstable: without CPU credits heartbeats come late "
                     "and the cluster loses its leader. Production takes a fixed-performance type, such as m7i.large.")  # fmt: skip
    if size in ("nano", "micro"):
        found.append(f"etcd:instanceType {settings.instance_type} has 1 GiB of memory or less: etcd keeps its index, and "
                     "the system the whole database, in memory.")  # fmt: skip
    if settings.quota_mib > SUGGESTED_QUOTA_LIMIT_MIB:
        found.append(f"etcd:quotaMib {settings.quota_mib} is above 8192, the most that etcd suggests: a member takes "
                     "long to start and to catch up.")  # fmt: skip
    elif 2 * settings.quota_mib > 1_024 * settings.volume_size_gib:
        found.append(f"etcd:quotaMib {settings.quota_mib} is more than half of the volume: defragmentation writes a "
                     "second copy of the database and may not fit.")  # fmt: skip
    return found
