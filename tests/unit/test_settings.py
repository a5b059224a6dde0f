"""Bad input never reaches a resource: each is refused by name, with the rule and a remedy that works."""

import json
import re
import shlex
from pathlib import Path

import pulumi
import pytest
import yaml

from components.settings import Settings
from components.settings.errors import ConfigError, SettingsError
from tests.unit import bad_access, bad_disks, bad_networks, bad_settings, bad_zones
from tests.unit.bad_settings import Values

GOOD: Values = {"aws:region": "us-east-1", "operatorCidrs": '["10.20.30.40/32"]'}
BASTION = bad_access.BASTION
BAD_SETTINGS = [
    *bad_settings.BAD_SETTINGS,
    *bad_zones.BAD_ZONES,
    *bad_networks.BAD_NETWORKS,
    *bad_access.BAD_ACCESS,
    *bad_disks.BAD_DISKS,
]
INJECTION = "$(touch /tmp/x)"
PUBLISHED = "e256885e753dc99001335e099d3c2eb8cf21a865a087ee4d7e3665752ae5929a"

pytestmark = pytest.mark.unit


def faults_of(values: Values, secret_keys: frozenset[str] = frozenset()) -> tuple[ConfigError, ...]:
    with pytest.raises(SettingsError) as refused:
        Settings.parse({**GOOD, **values}, secret_keys)
    return refused.value.faults


def after_remedy(values: Values, remedy: str) -> Values:
    """What the configuration is once the operator has done what the remedy says."""
    if in_file := re.fullmatch(r"in the stack's Pulumi\.\*\.yaml, (\S+): (.*)", remedy):
        return {**values, in_file[1].removeprefix("etcd:"): json.dumps(yaml.safe_load(in_file[2]))}
    answers = {"$(sha256sum TARBALL | cut -c1-64)": PUBLISHED, "$(cat KEY.pub)": bad_access.ED25519}
    for command, answer in answers.items():
        remedy = remedy.replace(command, answer)
    words = shlex.split(remedy.partition(";")[0])
    key = words[3].removeprefix("etcd:")
    if words[2] == "rm":
        return {name: value for name, value in values.items() if name != key}
    return {**values, key: words[4]}


@pytest.mark.parametrize(("values", "key", "rule"), BAD_SETTINGS)
def test_a_bad_value_is_refused_alone_with_its_rule(values: Values, key: str, rule: str) -> None:
    faults = faults_of(values)
    assert [fault.key for fault in faults] == [key]
    assert rule in faults[0].rule


@pytest.mark.parametrize(("values", "key", "rule"), [case for case in BAD_SETTINGS if "releaseFile" not in case[0]])
def test_whoever_follows_the_remedies_ends_with_a_sound_configuration(values: Values, key: str, rule: str) -> None:
    configuration = {**GOOD, **values}
    for _ in range(3):
        try:
            Settings.parse(configuration)
            break
        except SettingsError as refused:
            configuration = after_remedy(configuration, refused.faults[0].remedy)
    Settings.parse(configuration)


def test_all_faults_are_told_at_once_with_key_value_rule_and_remedy() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.parse({"size": "4", "siez": "3", "electionMilliseconds": "100", "tags": '{"aws:x": "y"}'})
    text = str(refused.value)
    assert text.startswith("6 settings are refused; nothing was changed.\n")
    for key in ("aws:region", "etcd:operatorCidrs", "etcd:electionMilliseconds", "etcd:siez", "etcd:size", "etcd:tags"):
        assert f"  {key}" in text
    assert (
        "  etcd:size = 4\n"
        "    rule:   1, 3, 5 or 7 members: 4 survive the loss of 1, no more than 3 do\n"
        "    remedy: pulumi config set etcd:size 3" in text
    )


def test_the_engine_prints_a_refusal_without_a_traceback() -> None:
    assert issubclass(SettingsError, pulumi.RunError)


TEXT_KEYS = sorted(field.alias or name for name, field in Settings.model_fields.items() if field.annotation is str)


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_shell_text_is_refused_in_every_text(key: str) -> None:
    for text in (INJECTION, f"a{INJECTION}", "a`id`", "a;id", "a|id", "a\nid", "a'b", 'a"b', "a\\b", "a\x00b"):
        assert key in [fault.key for fault in faults_of({key: text})], text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("addresses", [INJECTION]),
        ("clientCidrs", [INJECTION]),
        ("operatorCidrs", [INJECTION]),
        ("clientSecurityGroupIds", [INJECTION]),
        ("metricsCidrs", [INJECTION]),
        ("metricsSecurityGroupIds", [INJECTION]),
        ("subnetIds", [INJECTION]),
        ("tags", {INJECTION: "a"}),
        ("tags", {"a": INJECTION}),
    ],
)
def test_shell_text_is_refused_inside_lists_and_objects(key: str, value: object) -> None:
    assert all(fault.key.startswith(key) for fault in faults_of({key: json.dumps(value)}))


def test_an_unknown_key_is_refused_whatever_it_is_called() -> None:
    (fault,) = faults_of({f"x'{INJECTION}": "1"})
    assert shlex.split(fault.remedy.partition(";")[0])[3] == f"etcd:x'{INJECTION}"


def test_a_secret_is_never_told() -> None:
    values = {
        "operatorCidrs": '["198.51.100.77/24"]',
        "description": "hush$hush",
        "hushed": "hush",
        "vpcCidr": "10.9.0.0/16",
    }
    secrets = frozenset(values)
    with pytest.raises(SettingsError) as refused:
        Settings.parse({**GOOD, **values}, secrets)
    assert len(refused.value.faults) == 4
    assert str(refused.value).count("[secret]") == 4
    for piece in ("198.51.100", "hush$", "= hush", "10.9."):
        assert piece not in str(refused.value)


def test_a_long_or_unprintable_value_does_not_flood_the_terminal() -> None:
    (fault,) = faults_of({"description": "\x1b[31m" + "x" * 5000})
    assert len(str(fault)) < 400
    assert "\x1b" not in str(fault)


def test_values_come_as_text_from_the_engine() -> None:
    texts = {
        "size": "5",
        "deleteDataVolumes": "true",
        "tags": '{"team": "storage"}',
        "clientCidrs": '["10.0.0.0/8"]',
        "addresses": '["192.168.0.10", "192.168.0.11", "192.168.0.12", "192.168.0.13", "192.168.0.14"]',
    }
    parsed = Settings.parse({**GOOD, **texts})
    assert (parsed.size, parsed.delete_data_volumes, parsed.tags) == (5, True, {"team": "storage"})
    assert parsed.client_cidrs == ("10.0.0.0/8",)
    assert [member.address for member in parsed.topology][-1] == "192.168.0.14"


def test_the_empty_text_of_a_default_means_not_set() -> None:
    parsed = Settings.parse({**GOOD, "availabilityZone": "", "releaseFile": "", "releaseSha256": "", "addresses": "[]"})
    assert parsed.zones == ("us-east-1a",)
    assert [member.address for member in parsed.topology] == ["192.168.0.100", "192.168.0.101", "192.168.0.102"]


def test_the_views_hold_what_was_set() -> None:
    texts = {
        "clusterName": "orders",
        "availabilityZone": "us-east-1c",
        "instanceType": "m7g.large",
        "etcdVersion": "3.5.33",
        "releaseUrl": "https://mirror.example/etcd/",
        "quotaMib": "4096",
    }
    parsed = Settings.parse({**GOOD, **texts})
    assert parsed.topology["orders-3"].zone == "us-east-1c"
    assert parsed.release.url == "https://mirror.example/etcd/v3.5.33/etcd-v3.5.33-linux-arm64.tar.gz"
    assert parsed.tuning.quota_mib == 4096


def test_a_release_file_is_taken_with_its_own_checksum(tmp_path: Path) -> None:
    tarball = tmp_path / "Téléchargements" / "etcd-v3.5.11-linux-amd64.tar.gz"
    tarball.parent.mkdir()
    tarball.touch()
    parsed = Settings.parse({**GOOD, "releaseFile": str(tarball), "releaseSha256": "c" * 64})
    assert (parsed.release_file, parsed.release.sha256) == (str(tarball), "c" * 64)


def test_a_checksum_makes_an_unpinned_release_usable() -> None:
    parsed = Settings.parse({**GOOD, "etcdVersion": "3.5.99", "releaseSha256": "AB" * 32})
    assert parsed.release.sha256 == "ab" * 32


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.parse(GOOD).size = 5


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"size": "1"}, "etcd:size is 1"),
        ({"instanceType": "t3.small"}, "burstable"),
        ({"instanceType": "t4g.nano"}, "1 GiB of memory or less"),
        ({"quotaMib": "9000"}, "above 8192"),
        ({"quotaMib": "2048", "volumeSizeGib": "3"}, "more than half of the volume"),
    ],
)
def test_what_is_allowed_at_a_price_is_warned_of(values: Values, warning: str) -> None:
    assert sum(warning in text for text in Settings.parse({**GOOD, **values}).warnings) == 1


def test_the_defaults_bring_no_warning_but_that_nothing_leads_into_the_vpc() -> None:
    (warning,) = Settings.parse(GOOD).warnings
    assert "etcd:access is private" in warning
    assert Settings.parse({**GOOD, **BASTION}).warnings == []
