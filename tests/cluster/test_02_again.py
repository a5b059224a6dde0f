"""Doing it again: nothing changes, whatever is run twice."""

import pytest

from tests.cluster.policy_pack import complaints
from tests.cluster.sandbox import MEMBERS, Sandbox, plain

pytestmark = pytest.mark.cluster

SCRIPTS = (
    *("prepare", "mount", "resize-filesystem", "stop", "install", "configure", "bootstrap", "start", "wait-healthy"),
)


def test_a_preview_and_an_up_have_nothing_to_do(cluster: Sandbox) -> None:
    cluster.pulumi("preview", "--expect-no-changes")
    cluster.up("--expect-no-changes")


def test_make_up_again_changes_nothing_and_ends_with_the_members(cluster: Sandbox) -> None:
    before = cluster.etcdctl("endpoint", "status", "--cluster")
    shown = cluster.make("up").stdout
    after = cluster.etcdctl("endpoint", "status", "--cluster")
    assert [each["Status"]["raftTerm"] for each in before] == [each["Status"]["raftTerm"] for each in after]
    for member in MEMBERS:
        assert member in shown


def test_the_sandboxs_stack_keeps_every_rule_of_the_policy_pack(cluster: Sandbox) -> None:
    assert complaints(cluster, "sandbox") == []


def test_every_script_on_a_machine_runs_twice_and_says_unchanged(cluster: Sandbox) -> None:
    """As `create`, too: a killed engine does not know that it ran, and runs it as a birth again."""
    commands = {
        each["urn"].split("::")[-1]: each
        for each in cluster.exported()["resources"]
        if each["type"] == "command:remote:Command" and "-check-peers-" not in each["urn"]
    }
    assert len(commands) == len(SCRIPTS) * len(MEMBERS)
    for script in SCRIPTS:
        inputs = commands[f"etcd-{script}-etcd-2"]["inputs"]
        for step in {"create", "update"} & inputs.keys():
            said = cluster.ssh("etcd-2", plain(inputs[step]), stdin=plain(inputs["stdin"]))
            assert said.splitlines()[-1].startswith("unchanged: "), f"{script} as {step}: {said}"
