"""Doing it again: nothing changes, whatever is run twice."""

import pytest

from tests.framework.cluster import Cluster
from tests.framework.policy_pack import complaints
from tests.framework.sandbox import plain

pytestmark = pytest.mark.cluster

SCRIPTS = (
    *("prepare", "mount", "resize-filesystem", "stop", "install", "configure", "bootstrap", "start", "wait-healthy"),
)


def test_an_up_has_nothing_to_do(cluster: Cluster) -> None:
    cluster.up("--expect-no-changes")


def test_make_up_again_changes_nothing_and_ends_with_the_members(cluster: Cluster) -> None:
    before, terms = cluster.pids(), {each["raftTerm"] for each in cluster.statuses().values()}
    shown = cluster.make("up").stdout
    assert cluster.pids() == before
    assert {each["raftTerm"] for each in cluster.statuses().values()} == terms
    for member in cluster.members:
        assert member.name in shown


def test_the_sandboxs_stack_keeps_every_rule_of_the_policy_pack(cluster: Cluster) -> None:
    assert complaints(cluster) == []


def test_every_script_on_a_machine_runs_twice_and_says_unchanged(cluster: Cluster) -> None:
    """As `create`, too: a killed engine does not know that it ran, and runs it as if for the first time."""
    commands = {
        each["urn"].split("::")[-1]: each
        for each in cluster.exported()["resources"]
        if each["type"] == "command:remote:Command" and "-check-peers-" not in each["urn"]
    }
    assert len(commands) == len(SCRIPTS) * len(cluster.members)
    for script in SCRIPTS:
        inputs = commands[f"etcd-{script}-etcd-2"]["inputs"]
        for step in {"create", "update"} & inputs.keys():
            said = cluster["etcd-2"].ssh(plain(inputs[step]), stdin=plain(inputs["stdin"]))
            assert said.splitlines()[-1].startswith("unchanged: "), f"{script} as {step}: {said}"
