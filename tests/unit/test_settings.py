"""Bad input never reaches a resource: each is refused by name, with the rule and a remedy that works."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest
import yaml

from components.settings import args
from components.settings.errors import ConfigError, SettingsError
from components.settings.fields import RULES
from components.settings.model import Settings
from components.settings.placement import topology, zones
from components.settings.rules.cross_field import CrossFieldRules
from components.settings.validate import RENAMED, parse
from components.settings.warnings import warnings
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


def errors_of(values: Values, secret_keys: frozenset[str] = frozenset()) -> tuple[ConfigError, ...]:
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, **values}, secret_keys)
    return refused.value.errors


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
    errors = errors_of(values)
    assert [error.key for error in errors] == [key]
    assert rule in errors[0].rule


@pytest.mark.parametrize(("values", "key", "rule"), [case for case in BAD_SETTINGS if "releaseFile" not in case[0]])
def test_whoever_follows_the_remedies_ends_with_a_sound_configuration(values: Values, key: str, rule: str) -> None:
    configuration = {**GOOD, **values}
    for _ in range(3):
        try:
            parse(configuration)
            break
        except SettingsError as refused:
            configuration = after_remedy(configuration, refused.errors[0].remedy)
    parse(configuration)


def test_all_errors_are_reported_at_once_with_key_value_rule_and_remedy() -> None:
    with pytest.raises(SettingsError) as refused:
        parse({"size": "4", "siez": "3", "electionMilliseconds": "100", "tags": '{"aws:x": "y"}'})
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
        assert key in [error.key for error in errors_of({key: text})], text


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
    assert all(error.key.startswith(key) for error in errors_of({key: json.dumps(value)}))


def test_an_unknown_key_is_refused_whatever_it_is_called() -> None:
    (error,) = errors_of({f"x'{INJECTION}": "1"})
    assert shlex.split(error.remedy.partition(";")[0])[3] == f"etcd:x'{INJECTION}"


def test_a_secret_is_never_printed() -> None:
    values = {
        "operatorCidrs": '["198.51.100.77/24"]',
        "description": "hush$hush",
        "hushed": "hush",
        "vpcCidr": "10.9.0.0/16",
    }
    secrets = frozenset(values)
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, **values}, secrets)
    assert len(refused.value.errors) == 4
    assert str(refused.value).count("[secret]") == 4
    for piece in ("198.51.100", "hush$", "= hush", "10.9."):
        assert piece not in str(refused.value)


def test_a_secret_is_not_repeated_in_the_remedy_of_another_setting() -> None:
    """The addresses that are suggested come out of the secret subnet."""
    values = {
        "vpcCidr": "10.9.0.0/16",
        "subnetCidr": "10.9.8.0/24",
        "addresses": '["10.1.1.1", "10.1.1.2", "10.1.1.3"]',
    }
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, **values}, frozenset({"subnetCidr"}))
    assert "10.9.8." not in str(refused.value)
    assert "etcd:addresses = [secret]" in str(refused.value)


@pytest.mark.parametrize("key", ["protected", "no.such.setting"])
def test_a_secret_under_an_unknown_name_is_not_printed(key: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, key: "hush"}, frozenset({key}))
    assert "hush" not in str(refused.value)
    assert f"remedy: pulumi config rm etcd:{key}" in str(refused.value)


def test_a_renamed_setting_is_refused_with_its_new_name() -> None:
    protected, renewed = errors_of({"protected": "true", "renewMachines": '["etcd-1"]'})
    assert protected.rule == "etcd:protected was renamed: etcd:deletionProtection"
    assert protected.remedy == "pulumi config rm etcd:protected; pulumi config set etcd:deletionProtection true"
    assert renewed.remedy == (
        'pulumi config rm etcd:renewMachines; in the stack\'s Pulumi.*.yaml, etcd:replaceMachines: ["etcd-1"]'
    )


def test_every_new_name_is_a_setting_and_no_old_one_is() -> None:
    assert set(RENAMED.values()) <= set(RULES)
    assert not set(RENAMED) & set(RULES)


def test_a_rule_is_applied_to_what_is_sound_beside_a_refused_setting() -> None:
    """The size is refused, so no suggestion is made from it; the address is wrong whatever the size is."""
    size, address = errors_of({"addresses": '["8.8.8.8"]', "size": "4"})[::-1]
    assert (size.key, address.key) == ("size", "addresses[0]")
    assert "192.168.0.100" in address.remedy


def test_nothing_follows_from_a_refused_setting() -> None:
    errors = errors_of({"vpcCidr": "10.0.0.0/33", "access": "bastion", "operatorCidrs": '["203.0.113.7/32"]'})
    assert [error.key for error in errors] == ["vpcCidr"]


def test_an_error_names_the_settings_that_its_rule_read() -> None:
    def compare(settings: Settings) -> Iterator[ConfigError]:
        if len(topology(settings)) == 3:
            yield ConfigError(key="size", value=3, rule="", remedy="")
        assert settings.tags == {}

    rules = CrossFieldRules()
    rules.add(compare)
    (error,) = rules.errors(parse(GOOD), frozenset())
    assert error.mentions == {
        "addresses",
        "size",
        "clusterName",
        "multiAz",
        "availabilityZone",
        "aws:region",
        "subnetCidr",
    }
    assert list(rules.errors(parse(GOOD), frozenset({"subnetCidr"}))) == []


def test_a_long_or_unprintable_value_does_not_flood_the_terminal() -> None:
    (error,) = errors_of({"description": "\x1b[31m" + "x" * 5000})
    assert len(str(error)) < 400
    assert "\x1b" not in str(error)


def test_values_come_as_text_from_the_engine() -> None:
    texts = {
        "size": "5",
        "deleteDataVolumes": "true",
        "tags": '{"team": "storage"}',
        "clientCidrs": '["10.0.0.0/8"]',
        "addresses": '["192.168.0.10", "192.168.0.11", "192.168.0.12", "192.168.0.13", "192.168.0.14"]',
    }
    parsed = parse({**GOOD, **texts})
    assert (parsed.size, parsed.delete_data_volumes, parsed.tags) == (5, True, {"team": "storage"})
    assert parsed.client_cidrs == ("10.0.0.0/8",)
    assert [member.address for member in topology(parsed)][-1] == "192.168.0.14"


def test_the_empty_text_of_a_default_means_not_set() -> None:
    parsed = parse({**GOOD, "availabilityZone": "", "releaseFile": "", "releaseSha256": "", "addresses": "[]"})
    assert zones(parsed) == ("us-east-1a",)
    assert [member.address for member in topology(parsed)] == ["192.168.0.100", "192.168.0.101", "192.168.0.102"]


def test_what_was_set_reaches_the_arguments() -> None:
    texts = {
        "clusterName": "orders",
        "availabilityZone": "us-east-1c",
        "instanceType": "m7g.large",
        "etcdVersion": "3.5.33",
        "releaseUrl": "https://mirror.example/etcd/",
        "quotaMib": "4096",
    }
    parsed = parse({**GOOD, **texts})
    assert topology(parsed)["orders-3"].zone == "us-east-1c"
    assert args.chosen_release(parsed).url == "https://mirror.example/etcd/v3.5.33/etcd-v3.5.33-linux-arm64.tar.gz"
    assert args.tuning(parsed).quota_mib == 4096


def test_a_release_file_is_taken_with_its_own_checksum(tmp_path: Path) -> None:
    tarball = tmp_path / "Téléchargements" / "etcd-v3.5.11-linux-amd64.tar.gz"
    tarball.parent.mkdir()
    tarball.touch()
    parsed = parse({**GOOD, "releaseFile": str(tarball), "releaseSha256": "c" * 64})
    assert (parsed.release_file, args.chosen_release(parsed).sha256) == (str(tarball), "c" * 64)


def test_a_checksum_makes_an_unpinned_release_usable() -> None:
    parsed = parse({**GOOD, "etcdVersion": "3.5.99", "releaseSha256": "AB" * 32})
    assert args.chosen_release(parsed).sha256 == "ab" * 32


@pytest.mark.parametrize(("text", "count"), [("0", None), ("1000", 1_000)])
def test_no_snapshot_count_means_the_default_of_the_release(text: str, count: int | None) -> None:
    assert args.tuning(parse({**GOOD, "snapshotCount": text})).snapshot_count == count
    assert args.tuning(parse(GOOD)).snapshot_count is None


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(GOOD).size = 5


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
    assert sum(warning in text for text in warnings(parse({**GOOD, **values}))) == 1


def test_the_defaults_bring_no_warning_but_that_the_vpc_is_not_reachable() -> None:
    (warning,) = warnings(parse(GOOD))
    assert "etcd:access is private" in warning
    assert warnings(parse({**GOOD, **BASTION})) == []
