"""Bad input never reaches a resource: each is refused by name, with the rule and a remedy that works."""

import json
import re
import shlex

import pulumi
import pytest
import yaml

from components.settings.key_index import RULES
from components.settings.model import Settings
from components.settings.validate import RENAMED, SettingsError, parse
from tests.unit import bad_access, bad_disks, bad_networks, bad_settings, bad_zones
from tests.unit.bad_settings import Values
from tests.unit.refusals import GOOD, errors_of

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


def test_a_long_or_unprintable_value_does_not_flood_the_terminal() -> None:
    (error,) = errors_of({"description": "\x1b[31m" + "x" * 5000})
    assert len(str(error)) < 400
    assert "\x1b" not in str(error)
