"""What fails by itself comes back by itself; what lost its memory does not come back to vote."""

import textwrap
import time

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import ADDRESSES, CHECKOUT, ENDPOINTS, MEMBERS, Sandbox, plain

pytestmark = pytest.mark.cluster

DATA = "/var/lib/etcd/default.etcd"
# What may not give a permit to a member that ran before, even when the engine runs it as if for the first time.
PERMIT_STEPS = (("bootstrap", "create"), ("start", "create"), ("start", "update"))
CALL = """
import boto3, sys
ec2 = boto3.client("ec2")
getattr(ec2, sys.argv[1])(InstanceIds=[sys.argv[2]])
"""


def instance_of(sandbox: Sandbox, member: str) -> str:
    return str(sandbox.resource(f"etcd-instance-{member}")["id"])


def leader(sandbox: Sandbox) -> str:
    for each in sandbox.etcdctl("endpoint", "status", "--cluster"):
        if each["Status"]["leader"] == each["Status"]["header"]["member_id"]:
            return MEMBERS[ENDPOINTS.index(each["Endpoint"])]
    raise AssertionError("no leader")


def revision(sandbox: Sandbox, member: str) -> int:
    endpoint = ENDPOINTS[MEMBERS.index(member)]
    answer = sandbox.etcdctl("get", "born", f"--endpoints={endpoint}")
    assert answer.get("count") == 1, f"{member} does not have the sentinel key"
    return int(answer["header"]["revision"])


def test_a_rebooted_machine_comes_back_with_its_data(cluster: Sandbox) -> None:
    before = revision(cluster, "etcd-1")
    cluster.ssh("etcd-1", "sudo touch /run/before-the-reboot")
    cluster.python(CALL, "reboot_instances", instance_of(cluster, "etcd-1"))
    eventually(
        lambda: cluster.ssh("etcd-1", "test -e /run/before-the-reboot || echo rebooted", check=False) == "rebooted\n",
        "etcd-1 has rebooted",
    )
    eventually(cluster.healthy, "etcd-1 is healthy by itself after a reboot")
    assert revision(cluster, "etcd-1") >= before


def test_a_killed_member_comes_back(cluster: Sandbox) -> None:
    victim = leader(cluster)
    before = cluster.ssh(victim, "systemctl show --property=MainPID --value etcd")
    cluster.ssh(victim, "sudo systemctl kill --signal=SIGKILL etcd")
    eventually(cluster.healthy, f"{victim} is healthy by itself after SIGKILL")
    assert cluster.ssh(victim, "systemctl show --property=MainPID --value etcd") != before


def test_a_wiped_member_does_not_start_again_even_after_a_leader_change(cluster: Sandbox) -> None:
    victim, others = "etcd-3", ("etcd-1", "etcd-2")
    before = revision(cluster, "etcd-1")
    cluster.ssh(victim, f"sudo systemctl kill --signal=SIGKILL etcd && sudo mv {DATA} /var/lib/etcd/aside")
    cluster.ssh("etcd-1", "sudo systemctl restart etcd")
    cluster.ssh("etcd-2", "sudo systemctl restart etcd")
    refused(cluster, victim)
    cluster.ssh(victim, "sudo systemctl restart etcd", check=False)
    refused(cluster, victim)
    for member in others:
        assert revision(cluster, member) >= before
    cluster.ssh(victim, f"sudo mv /var/lib/etcd/aside {DATA} && sudo systemctl restart etcd")


def test_all_three_wiped_do_not_come_up_as_an_empty_cluster(cluster: Sandbox) -> None:
    before = revision(cluster, "etcd-1")
    for member in MEMBERS:
        cluster.ssh(member, f"sudo systemctl stop etcd && sudo mv {DATA} /var/lib/etcd/aside")
    for member in MEMBERS:
        cluster.ssh(member, "sudo systemctl start --no-block etcd")
    for member in MEMBERS:
        refused(cluster, member)
    assert not cluster.healthy()
    for member in MEMBERS:
        cluster.ssh(member, f"sudo mv /var/lib/etcd/aside {DATA}")
    eventually(cluster.healthy, "all three come back with their own data")
    assert revision(cluster, "etcd-1") >= before


def test_an_up_does_not_give_a_wiped_member_a_new_permit(cluster: Sandbox) -> None:
    cluster.ssh("etcd-2", f"sudo systemctl stop etcd && sudo mv {DATA} /var/lib/etcd/aside")
    for role, step in PERMIT_STEPS:
        command = cluster.resource(f"etcd-{role}-etcd-2", secrets=True)["inputs"]
        cluster.ssh("etcd-2", plain(command[step]), check=False, stdin=plain(command["stdin"]))
        assert cluster.ssh("etcd-2", "sudo ls -A /var/lib/etcd/.permit", check=False) == "", (
            f"{step} of {role} gave a permit"
        )
        cluster.ssh("etcd-2", "sudo systemctl start --no-block etcd")  # as a reboot would
        refused(cluster, "etcd-2")
        cluster.ssh("etcd-2", "sudo systemctl stop etcd")
    cluster.ssh("etcd-2", f"sudo mv /var/lib/etcd/aside {DATA} && sudo systemctl restart etcd")


def test_a_member_whose_whole_volume_is_new_gets_no_permit_while_the_others_know_it(cluster: Sandbox) -> None:
    """As after `pulumi up --replace` of its bootstrap, or with a lost state: the machine has no trace of its past."""
    everything = "default.etcd .identity .joined"
    cluster.ssh("etcd-2", f"sudo bash -c 'systemctl stop etcd; cd /var/lib/etcd; mkdir aside; mv {everything} aside'")
    known, lost = "the others know etcd-2 as a member that ran", "no write-ahead log"
    for (role, step), reason in zip(PERMIT_STEPS, (known, lost, lost), strict=True):
        command = cluster.resource(f"etcd-{role}-etcd-2", secrets=True)["inputs"]
        said = cluster.ssh(
            "etcd-2", f"{plain(command[step])} && echo passed; true", stdin=plain(command["stdin"]), merge=True
        )
        assert reason in said
        assert "passed" not in said, "the next member's machine would be touched"
    assert cluster.ssh("etcd-2", "sudo ls -A /var/lib/etcd/.permit", check=False) == ""
    cluster.ssh(
        "etcd-2", f"sudo bash -c 'cd /var/lib/etcd/aside; mv {everything} ..; rmdir ../aside; systemctl start etcd'"
    )


def test_a_member_that_lost_its_data_is_replaced_as_the_docs_say(cluster: Sandbox) -> None:
    page = (CHECKOUT / "docs" / "lost-member.md").read_text()
    on_the_machine = textwrap.dedent(page.partition("```bash\n")[2].partition("```")[0])
    assert "permit" in on_the_machine
    cluster.ssh("etcd-2", f"sudo bash -c 'systemctl stop etcd; rm -rf {DATA} /var/lib/etcd/.joined'")
    (lost,) = (each["ID"] for each in cluster.etcdctl("member", "list")["members"] if each["name"] == "etcd-2")
    cluster.run("etcdctl", "member", "remove", f"{lost:x}")
    time.sleep(6)  # strict-reconfig-check wants to have seen the rest connected for 5 s
    cluster.run("etcdctl", "member", "add", "etcd-2", f"--peer-urls=https://{ADDRESSES[1]}:2380")
    cluster.ssh("etcd-2", "sudo bash -s", stdin=on_the_machine)
    eventually(cluster.healthy, "etcd-2 is healthy as a new member")
    assert revision(cluster, "etcd-2") >= revision(cluster, "etcd-1")
    assert all(each["ID"] != lost for each in cluster.etcdctl("member", "list")["members"])
    cluster.pulumi("preview", "--expect-no-changes")


def test_a_missing_mount_keeps_etcd_down(cluster: Sandbox) -> None:
    cluster.ssh(
        "etcd-1",
        "sudo systemctl stop etcd && sudo umount /var/lib/etcd && sudo mount -o size=1M -t tmpfs none /var/lib/etcd",
    )
    cluster.ssh("etcd-1", "sudo chown etcd /var/lib/etcd && sudo systemctl start --no-block etcd")
    refused(cluster, "etcd-1")
    cluster.ssh("etcd-1", "sudo systemctl stop etcd && sudo umount /var/lib/etcd && sudo systemctl start etcd")


def test_the_loss_of_the_only_zone_stops_the_cluster_until_it_is_back_and_loses_nothing(cluster: Sandbox) -> None:
    """As every `up` of a stack in one zone says (components/availability.py)."""
    before, running = revision(cluster, "etcd-1"), cluster.pids()
    cluster.run("fault", "zone-down", "us-east-1a")
    try:
        for endpoint in ENDPOINTS:
            put = ("etcdctl", "put", "while", "away", f"--endpoints={endpoint}", "--command-timeout=2s")
            assert cluster.run(*put, check=False).returncode != 0, f"{endpoint} is not down"
    finally:
        cluster.run("fault", "zone-up", "us-east-1a")
    eventually(cluster.healthy, "all three are back by themselves")
    assert all(revision(cluster, member) >= before for member in MEMBERS)
    assert cluster.pids() == running, "an etcd died of it"


def refused(sandbox: Sandbox, member: str) -> None:
    """The member is down, and says why at each new start, of which systemd makes one every two seconds."""
    since = int(sandbox.ssh(member, "date +%s")) + 1
    eventually(
        lambda: "refusing to start" in sandbox.ssh(member, f"sudo journalctl --unit etcd --since @{since} --no-pager"),
        f"{member} says that it refuses to start",
    )
    assert sandbox.ssh(member, "systemctl is-active etcd", check=False).strip() != "active"
    assert sandbox.ssh(member, f"sudo ls -A {DATA} 2>/dev/null", check=False) == "", f"{member} made itself a new log"
