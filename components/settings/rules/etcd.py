"""Rules on etcd, its release and certificates, and on which machines it runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from components.etcd.release import OFFICIAL_URL, newest_pinned, published_sha256
from components.etcd.versions import SUPPORTED_MINORS, minor_of
from components.settings.errors import ConfigError
from components.settings.rules.cross_field import CrossFieldRules, fault
from components.topology import member_names

if TYPE_CHECKING:
    from components.settings.model import Settings

LOSES_DATA = ("3.5.0", "3.5.1", "3.5.2")

# Families without Nitro name their disks otherwise: the data volume would not be found.
# docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
XEN_FAMILIES = ("c1", "c3", "c4", "d2", "f1", "g2", "g3", "g3s", "h1", "i2", "i3", "m1", "m2", "m3", "m4", "p2",
                "p3", "r3", "r4", "t1", "t2", "x1", "x1e")  # fmt: skip

joint = CrossFieldRules()


@joint("instanceType")
def machine_is_nitro(settings: "Settings") -> Iterator[ConfigError]:
    if settings.instance_type.partition(".")[0] in XEN_FAMILIES:
        rule = "a type on the Nitro system: older ones name their disks so that the data volume is not found"
        yield fault("instanceType", settings.instance_type, rule, "m7i.large")


@joint("replaceMachines", "clusterName", "size")
def renewed_are_members(settings: "Settings") -> Iterator[ConfigError]:
    members = member_names(settings.cluster_name, settings.size)
    unknown = [name for name in settings.replace_machines if name not in members]
    if unknown:
        rule = f"names of members, {', '.join(members)}; {', '.join(unknown)} is none"
        yield fault("replaceMachines", list(settings.replace_machines), rule, f"[{members[0]}]")


@joint("etcdVersion", "instanceType", "releaseSha256")
def version_is_usable(settings: "Settings") -> Iterator[ConfigError]:
    version, architecture = settings.etcd_version, settings.architecture
    if version in LOSES_DATA:
        rule = "not 3.5.0 to 3.5.2: they lose committed data in a crash (etcd issue 13766)"
    elif minor_of(version) not in SUPPORTED_MINORS:
        rule = f"a release of {' or '.join(SUPPORTED_MINORS)}: the settings of other minors are not known here"
    elif not settings.release_sha256 and not published_sha256(version, architecture):
        rule = (
            f"a release with a known checksum for {architecture} (components/etcd/checksums.json), "
            "or etcd:releaseSha256 beside it"
        )
    else:
        return
    yield fault("etcdVersion", version, rule, newest_pinned("3.5"))


@joint("etcdVersion", "instanceType", "releaseFile", "releaseSha256", "releaseUrl")
def checksum_agrees(settings: "Settings") -> Iterator[ConfigError]:
    published = published_sha256(settings.etcd_version, settings.architecture)
    official = not settings.release_file and settings.release_url == OFFICIAL_URL
    if official and settings.release_sha256 and published and settings.release_sha256 != published:
        rule = f"the sum of the published {settings.etcd_version}: nothing else is to be had at {OFFICIAL_URL}"
        yield fault("releaseSha256", settings.release_sha256, rule, published)


@joint("releaseFile")
def release_file_exists(settings: "Settings") -> Iterator[ConfigError]:
    path = Path(settings.release_file)
    if settings.release_file and not path.is_file():
        rule = f"a file on this machine; there is none at {path.absolute()}"
        yield fault("releaseFile", settings.release_file, rule, "PATH, or to download it: pulumi config rm releaseFile")


@joint("heartbeatMilliseconds", "electionMilliseconds")
def election_is_slower(settings: "Settings") -> Iterator[ConfigError]:
    least = 5 * settings.heartbeat_milliseconds
    if settings.election_milliseconds < least:
        rule = f"at least 5 times etcd:heartbeatMilliseconds, {least}: etcd does not start otherwise"
        yield fault("electionMilliseconds", settings.election_milliseconds, rule, 2 * least)


@joint("certificateValidityDays", "certificateRenewalDays")
def renewal_is_early(settings: "Settings") -> Iterator[ConfigError]:
    validity, early = settings.certificate_validity_days, settings.certificate_renewal_days
    if early >= validity:
        rule = f"less than etcd:certificateValidityDays, {validity}: otherwise every update renews"
        yield fault("certificateRenewalDays", early, rule, max(1, validity // 3))


@joint("certificateValidityDays", "caValidityDays")
def authority_outlives(settings: "Settings") -> Iterator[ConfigError]:
    leaf, authority = settings.certificate_validity_days, settings.ca_validity_days
    if authority <= leaf:
        rule = f"more than etcd:certificateValidityDays, {leaf}: a certificate is worth nothing after its CA's end"
        yield fault("caValidityDays", authority, rule, min(36_500, 10 * leaf))
