"""Disks of a live cluster: they grow under load, none is replaced by accident, protection is lifted as the docs say.

One cluster for all, in this order; its data directory lies in directories that no image has.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.framework import aws, pages
from tests.framework.cluster import Cluster
from tests.framework.leak_check import in_the_account
from tests.framework.member import Member
from tests.framework.polling import eventually
from tests.framework.sandbox import CHECKOUT
from tests.framework.writer import writing

pytestmark = [pytest.mark.cluster, pytest.mark.in_order]

DATA = "/data/etcd/one"
GIB = 1024**3
CAP_SYS_RESOURCE = 1 << 24


@pytest.fixture(scope="module")
def deep(own_region: Cluster) -> Cluster:
    settings = ("--config", f"etcd:dataDirectory={DATA}", "--config", "etcd:deletionProtection=true")
    own_region.run("up", *settings, timeout_seconds=600)
    own_region.write_sentinel()
    return own_region


@pytest.fixture
def cluster(deep: Cluster) -> Iterator[Cluster]:
    eventually(deep.healthy, "the cluster is healthy before the test")
    yield deep
    eventually(deep.healthy, "the cluster is healthy after the test")
    assert deep.has_sentinel()


def test_a_data_directory_may_lie_in_directories_that_do_not_exist_yet(cluster: Cluster) -> None:
    """etcd has to pass through them, though scripts run with a umask that would let nobody."""
    for member in cluster.members:
        modes = member.ssh(f"stat --format='%a %U' /data /data/etcd && sudo stat --format='%a %U' {DATA}")
        assert modes.splitlines() == ["755 root", "755 root", "700 etcd"]


def test_etcd_has_the_same_user_everywhere(cluster: Cluster) -> None:
    """The files on a volume outlive the machine that wrote them."""
    for member in cluster.members:
        assert member.ssh("id --user etcd; id --group etcd").split() == ["379", "379"]


def test_volumes_grow_and_change_their_type_under_load(cluster: Cluster) -> None:
    before = cluster.pids()
    assert all(filesystem_bytes(member) < 20 * GIB for member in cluster.members)
    with writing(cluster) as writer:
        settings = {"volumeSizeGib": 40, "volumeType": "io2", "volumeIops": 4000}
        cluster.up(*(word for key, value in settings.items() for word in ("--config", f"etcd:{key}={value}")))
    for member in cluster.members:
        assert device_bytes(member) == 40 * GIB
        assert member.resource("volume")["outputs"]["type"] == "io2"
        assert filesystem_bytes(member) > 38 * GIB, f"the filesystem of {member.name} did not follow"
    online = grows_online()
    writer.lost_nothing(gap_seconds=2 if online else 5, at_least=100)
    assert writer.report.failed == 0, writer.report
    if online:
        assert (cluster.pids(), writer.report.refused) == (before, 0)
    cluster.plans_nothing()


def test_what_cannot_be_done_to_a_volume_is_refused_at_preview(cluster: Cluster) -> None:
    key = cluster.call(aws.make_key, "")
    refusals = {
        ("etcd:volumeSizeGib=20",): "EBS makes no volume smaller",
        (f"etcd:kmsKeyArn={key}",): "a volume keeps its key for life",
        (f"etcd:kmsKeyArn={key}", "etcd:replaceVolumeOf=etcd-1"): "the cluster's own KMS key would be deleted",
        (f"etcd:kmsKeyArn={key[:-12]}{'0' * 12}",): "there is no such key",
    }
    stack_file = cluster.folder / "Pulumi.sandbox.yaml"
    before = stack_file.read_text()
    for settings, told in refusals.items():
        words = [word for setting in settings for word in ("--config", setting)]
        assert told in cluster.refused("preview", *words)
        stack_file.write_text(before)  # `--config` is kept there, also when the update is refused
    cluster.plans_nothing()


def test_a_protected_cluster_loses_nothing(cluster: Cluster) -> None:
    before = volumes(cluster), cluster.pids()
    log = cluster.folder / "log" / "api.log"
    calls = len(log.read_text().splitlines())
    replace_machine = ("--replace", "**::etcd-instance-etcd-1")
    assert "marked for protection" in cluster.refused("preview", *replace_machine)
    assert "marked for protection" in cluster.refused("up", "--yes", "--skip-preview", *replace_machine)
    said = cluster.refused("up", "--yes", "--skip-preview", "--replace", "**::etcd-volume-etcd-1")
    assert "marked for protection" in said
    assert "because it is protected" in cluster.refused("destroy", "--yes")
    made = [json.loads(line)["action"] for line in log.read_text().splitlines()[calls:]]
    assert [action for action in made if not action.startswith(("Describe", "Get", "List"))] == []
    assert cluster.call(aws.refusal_to_terminate, cluster["etcd-2"].instance_id()) == "OperationNotPermitted"
    assert (volumes(cluster), cluster.pids()) == before


def test_protection_is_lifted_as_the_docs_say(cluster: Cluster) -> None:
    before = volumes(cluster), cluster.pids()
    page = (CHECKOUT / "docs" / "protection.md").read_text()
    values = re.findall(r"pulumi config set etcd:deletionProtection (\w+)\n    pulumi up\n", page)
    assert values == ["false", "true"]
    cluster.call(aws.take_profile, cluster["etcd-2"].instance_id())
    for value in values:
        cluster.pulumi("config", "set", "etcd:deletionProtection", value)
        cluster.up()
        cluster.plans_nothing()
        assert bool(cluster.resource("etcd-volume-etcd-1").get("protect")) == (value == "true")
    assert (volumes(cluster), cluster.pids()) == before, "something was stopped or restarted, if only for a profile"


def test_a_machine_is_replaced_in_the_update_that_lifts_protection(cluster: Cluster) -> None:
    """Pulumi lets go at once, so EC2 must too, or the volume is detached from a machine that cannot be terminated."""
    was, kept = cluster["etcd-1"].instance_id(), volumes(cluster)
    cluster.up("--config", "etcd:deletionProtection=false", "--replace", "**::etcd-instance-etcd-1")
    assert cluster["etcd-1"].instance_id() != was
    assert volumes(cluster) == kept
    cluster.plans_nothing()


def test_a_member_moves_to_another_key_as_the_docs_say(cluster: Cluster) -> None:
    key, was = cluster.call(aws.make_key, ""), volumes(cluster)
    own = str(cluster.resource("etcd-volumes-key")["outputs"]["arn"])
    cluster.up("--config", "etcd:deletionProtection=false", "--config", "etcd:deleteDataVolumes=false")
    to_key = ("--config", f"etcd:kmsKeyArn={key}", "--config", "etcd:replaceVolumeOf=etcd-1")
    assert "no write-ahead log" in cluster.refused("up", "--yes", "--skip-preview", *to_key)
    replace_lost_member(cluster)
    cluster.up()
    cluster.plans_nothing()
    now = volumes(cluster)
    assert [name for name in was if now[name] != was[name]] == ["etcd-1"]
    used = {member.name: member.resource("volume")["outputs"]["kmsKeyId"] for member in cluster.members}
    assert used == {"etcd-1": key, "etcd-2": own, "etcd-3": own}
    assert cluster["etcd-1"].resource("instance")["outputs"]["rootBlockDevice"]["kmsKeyId"] == key
    assert cluster.call(aws.key_states, "Volumes of") == ["Enabled"], "the others' volumes need it"


def test_destroy_leaves_the_volumes_and_what_decrypts_them(deep: Cluster) -> None:
    kept = volumes(deep)
    deep.pulumi("destroy", "--yes", "--non-interactive")
    left = in_the_account(deep)
    assert set(left["volumes"]) >= set(kept.values())
    assert "roles" not in left
    assert deep.call(aws.key_states, "Volumes of") == ["Enabled"]


def replace_lost_member(cluster: Cluster) -> None:
    """Steps 2 and 3 of docs/lost-member.md, for etcd-1."""
    member = cluster["etcd-1"]
    rest = f"--endpoints={','.join(other.endpoint for other in cluster.others(member.name))}"
    members = cluster.etcdctl("member", "list", rest)["members"]
    (lost,) = (each["ID"] for each in members if each["name"] == member.name)
    cluster.run("etcdctl", "member", "remove", f"{lost:x}", rest)
    time.sleep(6)  # strict-reconfig-check wants to have seen the rest connected for 5 s
    cluster.run("etcdctl", "member", "add", member.name, f"--peer-urls=https://{member.address}:2380", rest)
    member.ssh("sudo bash -s", stdin=pages.start_as_new_member().replace("/var/lib/etcd", DATA))
    eventually(cluster.healthy, "etcd-1 is healthy as a new member")


def grows_online() -> bool:
    """Whether this kernel lets root here grow a filesystem that is mounted."""
    status = Path("/proc/self/status").read_text()
    return bool(int(status.partition("CapBnd:")[2].split()[0], 16) & CAP_SYS_RESOURCE)


def volumes(cluster: Cluster) -> dict[str, str]:
    return {member.name: member.volume_id() for member in cluster.members}


def device_bytes(member: Member) -> int:
    return int(member.ssh(f"sudo blockdev --getsize64 $(findmnt --noheadings --output SOURCE {DATA})"))


def filesystem_bytes(member: Member) -> int:
    return int(member.ssh(f"findmnt --noheadings --bytes --output SIZE {DATA}"))
