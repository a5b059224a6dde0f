"""Machines are replaced on purpose, and only then: one at a time, with their data, while a client writes.

The tests go on from each other, on the cluster behind a bastion: as on AWS, machines are reached through it.
"""

import json
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import CHECKOUT, ENDPOINTS, MEMBERS, Sandbox
from tests.cluster.test_03_failures import instance_of, leader
from tests.cluster.test_04_machines import member_id

pytestmark = pytest.mark.cluster

INSTANCE = "aws:ec2/instance:Instance"
WITHIN_SECONDS = 1  # no election takes less: the leadership was moved away before its member was stopped


@pytest.fixture
def replaced(behind_bastion: Sandbox) -> Iterator[Sandbox]:
    eventually(behind_bastion.healthy, "the cluster is healthy before the test")
    yield behind_bastion
    eventually(behind_bastion.healthy, "the cluster is healthy after the test")


@contextmanager
def writing(sandbox: Sandbox, folder: Path) -> Iterator[dict[str, Any]]:
    """A client writes meanwhile; what it saw is in the dictionary afterwards."""
    stop, report = folder / "stop", dict[str, Any]()
    program, access = CHECKOUT / "tests/cluster/writer.py", sandbox.folder / "access"
    writer = sandbox.start("python", str(program), str(access), str(stop), *ENDPOINTS)
    try:
        yield report
    finally:
        stop.touch()
        said = writer.communicate(timeout=60)[0]
    report |= json.loads(said.splitlines()[-1])
    print(report)


def facts(sandbox: Sandbox, member: str) -> dict[str, Any]:
    """What a replacement keeps."""
    return {
        "id": member_id(sandbox, member),
        "volume": sandbox.resource(f"etcd-volume-{member}")["id"],
        "interface": sandbox.resource(f"etcd-network-interface-{member}")["id"],
        "filesystem": sandbox.ssh(member, "findmnt --noheadings --output UUID /var/lib/etcd").strip(),
        "address": sandbox.ssh(member, "hostname -I").strip(),
    }


def running(sandbox: Sandbox) -> dict[str, tuple[str, str]]:
    """The boot of each machine and the process of each etcd."""
    return {member: (sandbox.boot_of(member), pid) for member, pid in sandbox.pids().items()}


def image_of(sandbox: Sandbox, member: str) -> str:
    return str(sandbox.resource(f"etcd-instance-{member}")["inputs"]["ami"])


def planned(sandbox: Sandbox, *arguments: str) -> dict[str, dict[str, Any]]:
    """What a preview would do, by logical name; nothing that stays as it is."""
    shown = sandbox.pulumi("preview", "--json", *arguments).stdout
    steps = json.loads(shown[shown.index("{") :])["steps"]
    return {step["urn"].split("::")[-1]: step for step in steps if step["op"] not in ("same", "refresh", "read")}


def test_machines_replaced_by_force_keep_their_address_their_data_and_their_vote(
    replaced: Sandbox, tmp_path: Path
) -> None:
    """Two in one update, the leader's among them, since that costs the most."""
    leading = leader(replaced)
    first, second = sorted({leading, "etcd-2" if leading == "etcd-1" else "etcd-1"})
    chosen = [word for member in (first, second) for word in ("--replace", f"**::etcd-instance-{member}")]
    before = {member: facts(replaced, member) for member in MEMBERS}
    instances = {member: instance_of(replaced, member) for member in MEMBERS}
    with writing(replaced, tmp_path) as report:
        said = replaced.up(*chosen).stdout
    assert {member: facts(replaced, member) for member in MEMBERS} == before
    for member in MEMBERS:
        assert (instance_of(replaced, member) != instances[member]) == (member in (first, second))
    for role in ("prepare", "release", "stop", "mount", "configure", "install", "bootstrap", "start", "wait-healthy"):
        assert f"etcd-{role}-{first}" in said, "a command of the machine did not run again"
    assert said.index(f"etcd-start-{first} updated") < said.index(f"etcd-stop-{second} deleting"), "both were away"
    assert report["missing"] == 0, "acknowledged writes were lost"
    assert report["acknowledged"] > 100
    assert report["longest_gap_seconds"] < WITHIN_SECONDS, report
    replaced.pulumi("preview", "--expect-no-changes")


def test_nothing_is_stopped_or_detached_while_another_member_is_down(replaced: Sandbox) -> None:
    before, instance = running(replaced), instance_of(replaced, "etcd-1")
    replaced.ssh("etcd-3", "sudo systemctl stop etcd")
    failed = replaced.up("--replace", "**::etcd-instance-etcd-1", check=False)
    assert failed.returncode != 0
    said = failed.stdout + failed.stderr
    assert "not replacing the machine of etcd-1: https://192.168.0.102:2379 is not healthy" in said
    after = running(replaced)
    assert {member: after[member] for member in ("etcd-1", "etcd-2")} == {
        member: before[member] for member in ("etcd-1", "etcd-2")
    }
    assert instance_of(replaced, "etcd-1") == instance
    assert replaced.ssh("etcd-1", "findmnt --noheadings --output TARGET /var/lib/etcd").strip() == "/var/lib/etcd"
    replaced.ssh("etcd-3", "sudo systemctl start etcd")
    eventually(replaced.healthy, "etcd-3 is back")
    replaced.pulumi("preview", "--expect-no-changes")


def test_an_etcd_that_an_unfinished_replacement_stopped_is_started_by_the_next_up(replaced: Sandbox) -> None:
    """The engine was killed, or AWS refused to detach, after the member was stopped in order."""
    replaced.pulumi("destroy", "--yes", "--target", "**::etcd-stop-etcd-3", "--target-dependents")
    assert replaced.ssh("etcd-3", "systemctl is-active etcd; findmnt /var/lib/etcd", check=False) == "inactive\n"
    replaced.up()
    eventually(replaced.healthy, "etcd-3 was started")


def test_a_newer_image_and_other_user_data_touch_no_machine_that_is_not_named(
    replaced: Sandbox, tmp_path: Path
) -> None:
    before, image = running(replaced), image_of(replaced, "etcd-1")
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
    assert running(replaced) == before
    assert image_of(replaced, "etcd-1") == image


def test_a_changed_tag_updates_tags_alone(replaced: Sandbox) -> None:
    before = running(replaced)
    replaced.pulumi("config", "set", "--path", "etcd:tags.team", "storage")
    changes = planned(replaced)
    assert {f"etcd-instance-{member}" for member in MEMBERS} <= changes.keys()
    for name, step in changes.items():
        assert step["op"] == "update", f"{name}: {step['op']}"
        assert set(step["diffReasons"]) <= {"tags", "tagsAll", "rootBlockDevice"}, name
        assert all("tags" in path for path in step["detailedDiff"] or {}), f"{name}: {step['detailedDiff']}"
    replaced.up()
    assert running(replaced) == before, "a machine or an etcd was restarted for a tag"
    replaced.pulumi("preview", "--expect-no-changes")


def test_a_named_machine_gets_the_newer_image_and_all_the_new_type(replaced: Sandbox, tmp_path: Path) -> None:
    """The hardest way through a change: two machines are stopped and started in place, the third is replaced."""
    page = (CHECKOUT / "docs" / "new-image.md").read_text().partition("## With a newer image")[2]
    name, _, forget = (shlex.split(line) for line in page.splitlines() if line.startswith("    pulumi "))
    before = {member: facts(replaced, member) for member in MEMBERS}
    images = {member: image_of(replaced, member) for member in MEMBERS}
    instances = {member: instance_of(replaced, member) for member in MEMBERS}
    replaced.pulumi(*name[1:])
    replaced.pulumi("config", "set", "etcd:instanceType", "m7i.xlarge")
    with writing(replaced, tmp_path) as report:
        replaced.up()
    assert {member: facts(replaced, member) for member in MEMBERS} == before
    for member in MEMBERS:
        renewed = member == "etcd-3"
        assert (instance_of(replaced, member) != instances[member]) == renewed
        assert (image_of(replaced, member) > images[member]) == renewed
        assert replaced.resource(f"etcd-instance-{member}")["outputs"]["instanceType"] == "m7i.xlarge"
    assert report["missing"] == 0, "acknowledged writes were lost"
    assert report["longest_gap_seconds"] < WITHIN_SECONDS, report
    replaced.pulumi(*forget[1:])
    replaced.pulumi("preview", "--expect-no-changes")
