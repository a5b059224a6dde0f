"""What fails by itself comes back by itself; what lost its memory does not come back to vote."""

import time

import pytest

from tests.framework import aws, pages
from tests.framework.cluster import Cluster
from tests.framework.faults import (
    give_data_back,
    kill_etcd,
    refuses_to_start,
    set_data_aside,
    zone_without_network,
)
from tests.framework.member import DATA
from tests.framework.polling import eventually
from tests.framework.sandbox import plain

pytestmark = pytest.mark.cluster

WAIT_SECONDS = 6  # strict-reconfig-check wants to have seen the rest connected for 5 s
# What may not give a permit to a member that ran before, even when the engine runs it as if for the first time.
PERMIT_STEPS = (("bootstrap", "create"), ("start", "create"), ("start", "update"))


def test_a_rebooted_machine_comes_back_with_its_data(cluster: Cluster) -> None:
    member = cluster["etcd-1"]
    before = member.revision()
    member.ssh("sudo touch /run/before-the-reboot")
    cluster.call(aws.reboot, member.instance_id())
    eventually(
        lambda: member.ssh("test -e /run/before-the-reboot || echo rebooted", check=False) == "rebooted\n",
        "etcd-1 has rebooted",
    )
    eventually(cluster.healthy, "etcd-1 is healthy by itself after a reboot")
    assert member.revision() >= before


def test_a_killed_member_comes_back(cluster: Cluster) -> None:
    victim = cluster.leader()
    before = victim.pid()
    kill_etcd(victim)
    eventually(cluster.healthy, f"{victim.name} is healthy by itself after SIGKILL")
    assert victim.pid() != before


def test_a_wiped_member_does_not_start_again_even_after_a_leader_change(cluster: Cluster) -> None:
    victim, others = cluster["etcd-3"], cluster.others("etcd-3")
    before = others[0].revision()
    kill_etcd(victim)
    set_data_aside(victim)
    for member in others:
        member.ssh("sudo systemctl restart etcd")
    refuses_to_start(victim)
    victim.ssh("sudo systemctl restart etcd", check=False)
    refuses_to_start(victim)
    for member in others:
        assert member.revision() >= before
    give_data_back(victim)
    victim.ssh("sudo systemctl restart etcd")


def test_all_three_wiped_do_not_come_up_as_an_empty_cluster(cluster: Cluster) -> None:
    before = cluster["etcd-1"].revision()
    for member in cluster.members:
        member.ssh("sudo systemctl stop etcd")
        set_data_aside(member)
    for member in cluster.members:
        member.ssh("sudo systemctl start --no-block etcd")
    for member in cluster.members:
        refuses_to_start(member)
    assert not cluster.healthy()
    for member in cluster.members:
        give_data_back(member)
    eventually(cluster.healthy, "all three come back with their own data")
    assert cluster["etcd-1"].revision() >= before


def test_an_up_does_not_give_a_wiped_member_a_new_permit(cluster: Cluster) -> None:
    member = cluster["etcd-2"]
    member.ssh("sudo systemctl stop etcd")
    set_data_aside(member)
    for role, step in PERMIT_STEPS:
        command = cluster.resource(f"etcd-{role}-etcd-2", secrets=True)["inputs"]
        member.ssh(plain(command[step]), check=False, stdin=plain(command["stdin"]))
        assert member.ssh("sudo ls -A /var/lib/etcd/.permit", check=False) == "", f"{step} of {role} gave a permit"
        member.ssh("sudo systemctl start --no-block etcd")  # as a reboot would
        refuses_to_start(member)
        member.ssh("sudo systemctl stop etcd")
    give_data_back(member)
    member.ssh("sudo systemctl restart etcd")


def test_a_member_whose_whole_volume_is_new_gets_no_permit_while_the_others_know_it(cluster: Cluster) -> None:
    """As after `pulumi up --replace` of its bootstrap, or with a lost state: the machine has no trace of its past."""
    member, everything = cluster["etcd-2"], "default.etcd .identity .joined"
    member.ssh(f"sudo bash -c 'systemctl stop etcd; cd /var/lib/etcd; mkdir aside; mv {everything} aside'")
    known, lost = "the others know etcd-2 as a member that ran", "no write-ahead log"
    for (role, step), reason in zip(PERMIT_STEPS, (known, lost, lost), strict=True):
        command = cluster.resource(f"etcd-{role}-etcd-2", secrets=True)["inputs"]
        said = member.ssh(f"{plain(command[step])} && echo passed; true", stdin=plain(command["stdin"]), merge=True)
        assert reason in said
        assert "passed" not in said, "the next member's machine would be touched"
    assert member.ssh("sudo ls -A /var/lib/etcd/.permit", check=False) == ""
    member.ssh(f"sudo bash -c 'cd /var/lib/etcd/aside; mv {everything} ..; rmdir ../aside; systemctl start etcd'")


def test_a_member_that_lost_its_data_is_replaced_as_the_docs_say(cluster: Cluster) -> None:
    member = cluster["etcd-2"]
    member.ssh(f"sudo bash -c 'systemctl stop etcd; rm -rf {DATA} /var/lib/etcd/.joined'")
    lost = member.etcd_id()
    cluster.run("etcdctl", "member", "remove", f"{lost:x}")
    time.sleep(WAIT_SECONDS)
    cluster.run("etcdctl", "member", "add", member.name, f"--peer-urls=https://{member.address}:2380")
    member.ssh("sudo bash -s", stdin=pages.start_as_new_member())
    eventually(cluster.healthy, "etcd-2 is healthy as a new member")
    assert member.revision() >= cluster["etcd-1"].revision()
    assert all(each["ID"] != lost for each in cluster.etcdctl("member", "list")["members"])
    cluster.plans_nothing()


def test_a_missing_mount_keeps_etcd_down(cluster: Cluster) -> None:
    member = cluster["etcd-1"]
    member.ssh(
        "sudo systemctl stop etcd && sudo umount /var/lib/etcd && sudo mount -o size=1M -t tmpfs none /var/lib/etcd"
    )
    member.ssh("sudo chown etcd /var/lib/etcd && sudo systemctl start --no-block etcd")
    refuses_to_start(member)
    member.ssh("sudo systemctl stop etcd && sudo umount /var/lib/etcd && sudo systemctl start etcd")


def test_the_loss_of_the_only_zone_stops_the_cluster_until_it_is_back_and_loses_nothing(cluster: Cluster) -> None:
    """As every `up` of a stack in one zone says (components/availability.py)."""
    before, running = cluster["etcd-1"].revision(), cluster.pids()
    with zone_without_network(cluster, "us-east-1a"):
        for endpoint in cluster.endpoints:
            put = ("etcdctl", "put", "while", "away", f"--endpoints={endpoint}", "--command-timeout=2s")
            assert cluster.run(*put, check=False).returncode != 0, f"{endpoint} is not down"
    eventually(cluster.healthy, "all three are back by themselves")
    assert all(member.revision() >= before for member in cluster.members)
    assert cluster.pids() == running, "an etcd died of it"
