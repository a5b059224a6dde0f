"""Machines are replaced on purpose, and only then: one at a time, with their data, while a client writes.

On the cluster behind a bastion: as on AWS, machines are reached through it. No test needs what another one left.
"""

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.framework import pages
from tests.framework.cluster import MEMBERS, Cluster
from tests.framework.faults import etcd_stopped
from tests.framework.member import Member
from tests.framework.polling import eventually
from tests.framework.sandbox import CHECKOUT
from tests.framework.writer import writing

pytestmark = pytest.mark.cluster

INSTANCE = "aws:ec2/instance:Instance"
WITHIN_SECONDS = 1  # no election takes less: the leadership was moved away before its member was stopped


@pytest.fixture
def replaced(behind_bastion: Cluster) -> Iterator[Cluster]:
    eventually(behind_bastion.healthy, "the cluster is healthy before the test")
    yield behind_bastion
    eventually(behind_bastion.healthy, "the cluster is healthy after the test")


def facts(member: Member) -> dict[str, Any]:
    """What a replacement keeps."""
    return {
        "id": member.etcd_id(),
        "volume": member.volume_id(),
        "interface": member.resource("network-interface")["id"],
        "filesystem": member.ssh("findmnt --noheadings --output UUID /var/lib/etcd").strip(),
        "address": member.ssh("hostname -I").strip(),
    }


def facts_of_all(cluster: Cluster) -> dict[str, dict[str, Any]]:
    return {member.name: facts(member) for member in cluster.members}


def instances_of(cluster: Cluster) -> dict[str, str]:
    return {member.name: member.instance_id() for member in cluster.members}


def images_of(cluster: Cluster) -> dict[str, str]:
    return {member.name: str(member.resource("instance")["inputs"]["ami"]) for member in cluster.members}


def planned(cluster: Cluster, *arguments: str) -> dict[str, dict[str, Any]]:
    """What a preview would do, by logical name; nothing that stays as it is."""
    shown = cluster.pulumi("preview", "--json", *arguments).stdout
    steps = json.loads(shown[shown.index("{") :])["steps"]
    return {step["urn"].split("::")[-1]: step for step in steps if step["op"] not in ("same", "refresh", "read")}


def test_machines_replaced_by_force_keep_their_address_their_data_and_their_vote(
    replaced: Cluster,
) -> None:
    """Two in one update, the leader's among them, since that costs the most."""
    leading = replaced.leader().name
    first, second = sorted({leading, "etcd-2" if leading == "etcd-1" else "etcd-1"})
    chosen = [word for member in (first, second) for word in ("--replace", f"**::etcd-instance-{member}")]
    before = facts_of_all(replaced)
    instances = instances_of(replaced)
    with writing(replaced) as writer:
        said = replaced.up(*chosen).stdout
    assert facts_of_all(replaced) == before
    assert [name for name, now in instances_of(replaced).items() if now != instances[name]] == [first, second]
    for role in ("prepare", "release", "stop", "mount", "configure", "install", "bootstrap", "start", "wait-healthy"):
        assert f"etcd-{role}-{first}" in said, "a command of the machine did not run again"
    assert said.index(f"etcd-start-{first} updated") < said.index(f"etcd-stop-{second} deleting"), "both were away"
    writer.lost_nothing(gap_seconds=WITHIN_SECONDS, at_least=100)
    replaced.plans_nothing()


def test_nothing_is_stopped_or_detached_while_another_member_is_down(replaced: Cluster) -> None:
    before, instances = replaced.running(), instances_of(replaced)
    with etcd_stopped(replaced["etcd-3"]):
        said = replaced.refused("up", "--yes", "--skip-preview", "--replace", "**::etcd-instance-etcd-1")
        assert "not replacing the machine of etcd-1: https://192.168.0.102:2379 is not healthy" in said
        after = replaced.running()
        assert (after["etcd-1"], after["etcd-2"]) == (before["etcd-1"], before["etcd-2"])
        assert instances_of(replaced) == instances
        mounted = replaced["etcd-1"].ssh("findmnt --noheadings --output TARGET /var/lib/etcd")
        assert mounted.strip() == "/var/lib/etcd"
    eventually(replaced.healthy, "etcd-3 is back")
    replaced.plans_nothing()


def test_an_etcd_that_an_unfinished_replacement_stopped_is_started_by_the_next_up(replaced: Cluster) -> None:
    """The engine was killed, or AWS refused to detach, after the member was stopped in order."""
    replaced.pulumi("destroy", "--yes", "--target", "**::etcd-stop-etcd-3", "--target-dependents")
    assert replaced["etcd-3"].ssh("systemctl is-active etcd; findmnt /var/lib/etcd", check=False) == "inactive\n"
    replaced.up()
    eventually(replaced.healthy, "etcd-3 was started")


def test_a_newer_image_and_other_user_data_touch_no_machine_that_is_not_named(
    replaced: Cluster, tmp_path: Path
) -> None:
    before, images = replaced.running(), images_of(replaced)
    assert "debian-12-amd64-" in replaced.run("publish-images").stdout
    program = tmp_path / "program"
    program.mkdir()
    for each in ("__main__.py", "Pulumi.yaml", "components"):
        copy = shutil.copytree if (CHECKOUT / each).is_dir() else shutil.copy
        copy(CHECKOUT / each, program / each)
    user_data = program / "components/aws/user_data.py"
    user_data.write_text(user_data.read_text().replace('"package_update": False', '"package_update": True'))
    changes = planned(replaced, "--cwd", str(program))
    assert not [name for name, step in changes.items() if INSTANCE in step["urn"]], changes.keys()
    replaced.pulumi("config", "set", "--path", "etcd:replaceMachines[0]", "etcd-2")
    named = planned(replaced, "--cwd", str(program))
    replaced.pulumi("config", "rm", "etcd:replaceMachines")
    (wanted,) = (step for step in named.values() if INSTANCE in step["urn"] and "replace" in step["op"])
    assert wanted["urn"].endswith("::etcd-instance-etcd-2")
    assert {"ami", "userData"} <= set(wanted["diffReasons"])
    replaced.up()
    assert replaced.running() == before
    assert images_of(replaced) == images


def test_a_changed_tag_updates_tags_alone(replaced: Cluster) -> None:
    before = replaced.running()
    replaced.pulumi("config", "set", "--path", "etcd:tags.team", "storage")
    changes = planned(replaced)
    assert {f"etcd-instance-{member}" for member in MEMBERS} <= changes.keys()
    for name, step in changes.items():
        assert step["op"] == "update", f"{name}: {step['op']}"
        assert set(step["diffReasons"]) <= {"tags", "tagsAll", "rootBlockDevice"}, name
        assert all("tags" in path for path in step["detailedDiff"] or {}), f"{name}: {step['detailedDiff']}"
    replaced.up()
    assert replaced.running() == before, "a machine or an etcd was restarted for a tag"
    replaced.plans_nothing()


def test_a_named_machine_gets_the_newer_image_and_all_the_new_type(replaced: Cluster) -> None:
    """The hardest way through a change: two machines are stopped and started in place, the third is replaced."""
    page = pages.section("new-image.md", "With a newer image, or other user data")
    name, _, forget = (shlex.split(line) for line in page.splitlines() if line.startswith("    pulumi "))
    replaced.run("publish-images")
    before = facts_of_all(replaced)
    images = images_of(replaced)
    instances = instances_of(replaced)
    replaced.pulumi(*name[1:])
    replaced.pulumi("config", "set", "etcd:instanceType", "m7i.xlarge")
    with writing(replaced) as writer:
        replaced.up()
    assert facts_of_all(replaced) == before
    assert [name for name, now in instances_of(replaced).items() if now != instances[name]] == ["etcd-3"]
    assert [name for name, now in images_of(replaced).items() if now > images[name]] == ["etcd-3"]
    for member in replaced.members:
        assert member.resource("instance")["outputs"]["instanceType"] == "m7i.xlarge"
    writer.lost_nothing(gap_seconds=WITHIN_SECONDS)
    replaced.pulumi(*forget[1:])
    replaced.plans_nothing()
