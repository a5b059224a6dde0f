"""Disks of a live cluster: they grow under load, none is replaced by accident, protection is lifted as the docs say.

One cluster for all, in this order; its data directory lies in directories that no image has.
"""

import json
import re
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import ADDRESSES, CHECKOUT, ENDPOINTS, MEMBERS, Sandbox

pytestmark = pytest.mark.cluster

DATA = "/data/etcd/one"
GIB = 1024**3
CAP_SYS_RESOURCE = 1 << 24
MAKE_KEY = """
import boto3
print(boto3.client("kms").create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"])
"""
TERMINATE = """
import boto3, sys
ec2 = boto3.client("ec2")
try:
    ec2.terminate_instances(InstanceIds=[sys.argv[1]])
except ec2.exceptions.ClientError as error:
    print(error.response["Error"]["Code"])
"""
TAKE_PROFILE = """
import boto3, sys
ec2 = boto3.client("ec2")
(held,) = ec2.describe_iam_instance_profile_associations(
    Filters=[{"Name": "instance-id", "Values": [sys.argv[1]]}]
)["IamInstanceProfileAssociations"]
ec2.disassociate_iam_instance_profile(AssociationId=held["AssociationId"])
"""
LEFT = """
import boto3, json
kms, iam = boto3.client("kms"), boto3.client("iam")
keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
own = [key["KeyState"] for key in keys if key["Description"].startswith("Volumes of")]
volumes = [each["VolumeId"] for each in boto3.client("ec2").describe_volumes()["Volumes"]]
print(json.dumps({"own": own, "roles": iam.list_roles()["Roles"], "volumes": volumes}, default=str))
"""


@pytest.fixture(scope="module")
def deep(own_sandbox: Sandbox) -> Sandbox:
    settings = ("--config", f"etcd:dataDirectory={DATA}", "--config", "etcd:deletionProtection=true")
    own_sandbox.run("up", *settings, timeout_seconds=600)
    own_sandbox.run("etcdctl", "put", "born", "at birth")
    return own_sandbox


@pytest.fixture
def cluster(deep: Sandbox) -> Iterator[Sandbox]:
    eventually(deep.healthy, "the cluster is healthy before the test")
    yield deep
    eventually(deep.healthy, "the cluster is healthy after the test")
    assert deep.etcdctl("get", "born")["count"] == 1


def test_a_data_directory_may_lie_in_directories_that_do_not_exist_yet(cluster: Sandbox) -> None:
    """etcd has to pass through them, though scripts run with a umask that would let nobody."""
    for member in MEMBERS:
        modes = cluster.ssh(member, f"stat --format='%a %U' /data /data/etcd && sudo stat --format='%a %U' {DATA}")
        assert modes.splitlines() == ["755 root", "755 root", "700 etcd"]


def test_etcd_has_the_same_user_everywhere(cluster: Sandbox) -> None:
    """The files on a volume outlive the machine that wrote them."""
    for member in MEMBERS:
        assert cluster.ssh(member, "id --user etcd; id --group etcd").split() == ["379", "379"]


def test_volumes_grow_and_change_their_type_under_load(cluster: Sandbox, tmp_path: Path) -> None:
    before, stop = cluster.pids(), tmp_path / "stop"
    assert all(filesystem_bytes(cluster, member) < 20 * GIB for member in MEMBERS)
    writer = cluster.start(
        "python", str(CHECKOUT / "tests/cluster/writer.py"), str(cluster.folder / "access"), str(stop), *ENDPOINTS
    )
    try:
        settings = {"volumeSizeGib": 40, "volumeType": "io2", "volumeIops": 4000}
        cluster.up(*(word for key, value in settings.items() for word in ("--config", f"etcd:{key}={value}")))
    finally:
        stop.touch()
        said = writer.communicate(timeout=60)[0]
    report = json.loads(said.splitlines()[-1])
    for member in MEMBERS:
        assert device_bytes(cluster, member) == 40 * GIB
        assert cluster.resource(f"etcd-volume-{member}")["outputs"]["type"] == "io2"
        assert filesystem_bytes(cluster, member) > 38 * GIB, f"the filesystem of {member} did not follow"
    assert report["acknowledged"] > 100
    assert (report["failed"], report["missing"]) == (0, 0), report
    if grows_online():
        assert (cluster.pids(), report["refused"]) == (before, 0)
        assert report["longest_gap_seconds"] < 2, report
    cluster.pulumi("preview", "--expect-no-changes")


def test_what_cannot_be_done_to_a_volume_is_refused_at_preview(cluster: Sandbox) -> None:
    key = cluster.python(MAKE_KEY).strip()
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
        assert told in refused(cluster, "preview", *words)
        stack_file.write_text(before)  # `--config` is kept there, also when the update is refused
    cluster.pulumi("preview", "--expect-no-changes")


def test_a_protected_cluster_loses_nothing(cluster: Sandbox) -> None:
    before = volumes(cluster), cluster.pids()
    log = cluster.folder / "log" / "api.log"
    calls = len(log.read_text().splitlines())
    replace_machine = ("--replace", "**::etcd-instance-etcd-1")
    assert "marked for protection" in refused(cluster, "preview", *replace_machine)
    assert "marked for protection" in refused(cluster, "up", "--yes", "--skip-preview", *replace_machine)
    said = refused(cluster, "up", "--yes", "--skip-preview", "--replace", "**::etcd-volume-etcd-1")
    assert "marked for protection" in said
    assert "because it is protected" in refused(cluster, "destroy", "--yes")
    made = [json.loads(line)["action"] for line in log.read_text().splitlines()[calls:]]
    assert [action for action in made if not action.startswith(("Describe", "Get", "List"))] == []
    assert (
        cluster.python(TERMINATE, str(cluster.resource("etcd-instance-etcd-2")["id"])).strip()
        == "OperationNotPermitted"
    )
    assert (volumes(cluster), cluster.pids()) == before


def test_protection_is_lifted_as_the_docs_say(cluster: Sandbox) -> None:
    before = volumes(cluster), cluster.pids()
    page = (CHECKOUT / "docs" / "protection.md").read_text()
    values = re.findall(r"pulumi config set etcd:deletionProtection (\w+)\n    pulumi up\n", page)
    assert values == ["false", "true"]
    cluster.python(TAKE_PROFILE, str(cluster.resource("etcd-instance-etcd-2")["id"]))
    for value in values:
        cluster.pulumi("config", "set", "etcd:deletionProtection", value)
        cluster.up()
        cluster.pulumi("preview", "--expect-no-changes")
        assert bool(cluster.resource("etcd-volume-etcd-1").get("protect")) == (value == "true")
    assert (volumes(cluster), cluster.pids()) == before, "something was stopped or restarted, if only for a profile"


def test_a_machine_is_replaced_in_the_update_that_lifts_protection(cluster: Sandbox) -> None:
    """Pulumi lets go at once, so EC2 must too, or the volume is detached from a machine that cannot be terminated."""
    was, kept = str(cluster.resource("etcd-instance-etcd-1")["id"]), volumes(cluster)
    cluster.up("--config", "etcd:deletionProtection=false", "--replace", "**::etcd-instance-etcd-1")
    assert str(cluster.resource("etcd-instance-etcd-1")["id"]) != was
    assert volumes(cluster) == kept
    cluster.pulumi("preview", "--expect-no-changes")


def test_a_member_moves_to_another_key_as_the_docs_say(cluster: Sandbox) -> None:
    key, was = cluster.python(MAKE_KEY).strip(), volumes(cluster)
    own = str(cluster.resource("etcd-volumes-key")["outputs"]["arn"])
    cluster.up("--config", "etcd:deletionProtection=false", "--config", "etcd:deleteDataVolumes=false")
    to_key = ("--config", f"etcd:kmsKeyArn={key}", "--config", "etcd:replaceVolumeOf=etcd-1")
    assert "no write-ahead log" in refused(cluster, "up", "--yes", "--skip-preview", *to_key)
    replace_lost_member(cluster)
    cluster.up()
    cluster.pulumi("preview", "--expect-no-changes")
    now = volumes(cluster)
    assert [member for member in MEMBERS if now[member] != was[member]] == ["etcd-1"]
    used = {member: cluster.resource(f"etcd-volume-{member}")["outputs"]["kmsKeyId"] for member in MEMBERS}
    assert used == {"etcd-1": key, "etcd-2": own, "etcd-3": own}
    assert cluster.resource("etcd-instance-etcd-1")["outputs"]["rootBlockDevice"]["kmsKeyId"] == key
    assert json.loads(cluster.python(LEFT))["own"] == ["Enabled"], "the others' volumes need it"


def test_destroy_leaves_the_volumes_and_what_decrypts_them(deep: Sandbox) -> None:
    kept = volumes(deep)
    deep.pulumi("destroy", "--yes", "--non-interactive")
    left = json.loads(deep.python(LEFT))
    assert set(left["volumes"]) >= set(kept.values())
    assert (left["own"], left["roles"]) == (["Enabled"], [])


def replace_lost_member(cluster: Sandbox) -> None:
    """Steps 2 and 3 of docs/lost-member.md, for etcd-1."""
    page = (CHECKOUT / "docs" / "lost-member.md").read_text().replace("/var/lib/etcd", DATA)
    rest = f"--endpoints={','.join(ENDPOINTS[1:])}"
    members = cluster.etcdctl("member", "list", rest)["members"]
    (lost,) = (each["ID"] for each in members if each["name"] == "etcd-1")
    cluster.run("etcdctl", "member", "remove", f"{lost:x}", rest)
    time.sleep(6)  # strict-reconfig-check wants to have seen the rest connected for 5 s
    cluster.run("etcdctl", "member", "add", "etcd-1", f"--peer-urls=https://{ADDRESSES[0]}:2380", rest)
    on_the_machine = textwrap.dedent(page.partition("```bash\n")[2].partition("```")[0])
    cluster.ssh("etcd-1", "sudo bash -s", stdin=on_the_machine)
    eventually(cluster.healthy, "etcd-1 is healthy as a new member")


def refused(cluster: Sandbox, *command: str) -> str:
    """What a command of Pulumi's says that does not succeed."""
    done = cluster.pulumi(*command, "--non-interactive", check=False)
    assert done.returncode != 0, f"{command} succeeded"
    return done.stdout + done.stderr


def grows_online() -> bool:
    """Whether this kernel lets root here grow a filesystem that is mounted."""
    status = Path("/proc/self/status").read_text()
    return bool(int(status.partition("CapBnd:")[2].split()[0], 16) & CAP_SYS_RESOURCE)


def volumes(cluster: Sandbox) -> dict[str, str]:
    return {member: str(cluster.resource(f"etcd-volume-{member}")["id"]) for member in MEMBERS}


def device_bytes(cluster: Sandbox, member: str) -> int:
    return int(cluster.ssh(member, f"sudo blockdev --getsize64 $(findmnt --noheadings --output SOURCE {DATA})"))


def filesystem_bytes(cluster: Sandbox, member: str) -> int:
    return int(cluster.ssh(member, f"findmnt --noheadings --bytes --output SIZE {DATA}"))
