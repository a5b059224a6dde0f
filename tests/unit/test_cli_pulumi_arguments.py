"""What a command line of Pulumi means for the region: the stack, and the settings that it is about to save."""

import pytest

from sandbox.cli import pulumi_arguments
from sandbox.cli.paths import CliError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "stack"),
    [
        ("pulumi up", None),
        ("pulumi preview -s other", "other"),
        ("pulumi preview --stack organization/etcd/other", "other"),
        ("pulumi preview --stack=etcd/other", "other"),
        ("/opt/pulumi/bin/pulumi preview -s=other", "other"),
        ("pulumi preview -s", None),
        ("etcdctl -s other", None),
    ],
)
def test_only_pulumi_names_a_stack(line: str, stack: str | None) -> None:
    assert pulumi_arguments.stack(line.split()) == stack


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ("pulumi up --config etcd:etcdVersion=3.5.33 --yes", {"etcd:etcdVersion": "3.5.33"}),
        ("pulumi preview -c a=1 --config=etcd:b=x=y -c c", {"etcd:a": "1", "etcd:b": "x=y"}),
        ("pulumi up --config-path --config etcd:tags.a=1", {}),
        ("pulumi config -c etcd:a=1", {}),
        ("etcdctl up --config etcd:a=1", {}),
    ],
)
def test_settings_that_pulumi_will_save_are_seen_before_it_runs(line: str, settings: dict[str, str]) -> None:
    assert pulumi_arguments.settings(line.split()) == settings


def test_the_last_of_a_setting_s_values_counts() -> None:
    words = ["etcd:size=3", "aws:region=eu-west-1", "size=5", "etcd:tags={}"]
    assert pulumi_arguments.parse_settings(words) == {
        "etcd:size": "5",
        "aws:region": "eu-west-1",
        "etcd:tags": "{}",
    }


@pytest.mark.parametrize("word", ["etcd:quotaMib", "=4096", "etcd:quota Mib=1", "a:b:c=1", ""])
def test_a_setting_in_the_wrong_form_is_refused_with_the_right_one(word: str) -> None:
    with pytest.raises(CliError, match="it should be KEY=VALUE, such as etcd:quotaMib=4096"):
        pulumi_arguments.parse_settings([word])


@pytest.mark.parametrize(
    ("line", "rename"),
    [
        ("pulumi stack rename new -s old", True),
        ("pulumi stack -s old rename new", True),
        ("pulumi stack ls", False),
        ("etcdctl stack rename", False),
    ],
)
def test_a_rename_is_recognised(line: str, rename: bool) -> None:
    assert pulumi_arguments.is_rename(line.split()) is rename
