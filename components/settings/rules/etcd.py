"""Rules on etcd: its release, and its timing."""

from collections.abc import Iterator
from pathlib import Path

from components.aws.specs import architecture_of
from components.etcd.release import OFFICIAL_URL, newest_pinned, published_sha256
from components.etcd.versions import SUPPORTED_MINORS, minor_of
from components.settings.errors import ConfigError, wrong_value
from components.settings.model import Settings
from components.settings.rules.cross_field import CrossFieldRules

LOSES_DATA = ("3.5.0", "3.5.1", "3.5.2")

rules = CrossFieldRules()


@rules.add
def version_is_usable(settings: Settings) -> Iterator[ConfigError]:
    version = settings.etcd_version
    if version in LOSES_DATA:
        rule = "not 3.5.0 to 3.5.2: they lose committed data in a crash (etcd issue 13766)"
        yield wrong_value("etcdVersion", version, rule, newest_pinned("3.5"))
    elif minor_of(version) not in SUPPORTED_MINORS:
        rule = f"a release of {' or '.join(SUPPORTED_MINORS)}: this program has no configuration for other minors"
        yield wrong_value("etcdVersion", version, rule, newest_pinned("3.5"))


@rules.add
def checksum_is_known(settings: Settings) -> Iterator[ConfigError]:
    version, architecture = settings.etcd_version, architecture_of(settings.instance_type)
    if version in LOSES_DATA or minor_of(version) not in SUPPORTED_MINORS or settings.release_sha256:
        return
    if not published_sha256(version, architecture):
        rule = (
            f"a release with a known checksum for {architecture} (components/etcd/checksums.json), "
            "or etcd:releaseSha256 beside it"
        )
        yield wrong_value("etcdVersion", version, rule, newest_pinned("3.5"))


@rules.add
def checksum_is_the_published_one(settings: Settings) -> Iterator[ConfigError]:
    given = settings.release_sha256
    if not given or settings.release_file or settings.release_url != OFFICIAL_URL:
        return
    published = published_sha256(settings.etcd_version, architecture_of(settings.instance_type))
    if published and given != published:
        rule = f"the checksum of the published {settings.etcd_version}: {OFFICIAL_URL} has no other"
        yield wrong_value("releaseSha256", given, rule, published)


@rules.add
def release_file_exists(settings: Settings) -> Iterator[ConfigError]:
    path = Path(settings.release_file)
    if settings.release_file and not path.is_file():
        rule = f"a file on this machine; there is none at {path.absolute()}"
        example = "PATH, or to download it: pulumi config rm etcd:releaseFile"
        yield wrong_value("releaseFile", settings.release_file, rule, example)


@rules.add
def election_is_slower_than_heartbeats(settings: Settings) -> Iterator[ConfigError]:
    least = 5 * settings.heartbeat_milliseconds
    if settings.election_milliseconds < least:
        rule = f"at least 5 times etcd:heartbeatMilliseconds, {least}: etcd does not start otherwise"
        yield wrong_value("electionMilliseconds", settings.election_milliseconds, rule, 2 * least)
