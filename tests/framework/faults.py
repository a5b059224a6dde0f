"""Faults of members, machines and zones. What a test breaks for a while is mended after it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.framework.cluster import Cluster
from tests.framework.member import DATA, Member
from tests.framework.polling import eventually

ASIDE = "/var/lib/etcd/aside"


@contextmanager
def etcd_stopped(member: Member) -> Iterator[None]:
    """Meanwhile its etcd does not run."""
    member.ssh("sudo systemctl stop etcd")
    try:
        yield
    finally:
        member.ssh("sudo systemctl start etcd")


def kill_etcd(member: Member) -> None:
    """As the kernel does when memory is short: nothing is saved, nobody is told."""
    member.ssh("sudo systemctl kill --signal=SIGKILL etcd")


def set_data_aside(member: Member) -> None:
    """Its directory is empty as on a new disk; `give_data_back` is the way back."""
    member.ssh(f"sudo mv {DATA} {ASIDE}")


def give_data_back(member: Member) -> None:
    member.ssh(f"sudo mv {ASIDE} {DATA}")


def drop_connections(member: Member, port: int, seconds: int) -> None:
    """For so long its machine drops what begins a connection to this port, as a VPC does for a machine that is gone."""
    end = "sudo systemd-run --quiet --timer-property=AccuracySec=1s"
    chain = f"type filter hook input priority 0; tcp flags syn tcp dport {port} drop;"
    rule = f"table inet gone {{ chain in {{ {chain} }}; }}"
    member.ssh(f"{end} --on-active={seconds} nft delete table inet gone && echo '{rule}' | sudo nft -f -")


@contextmanager
def zone_without_network(cluster: Cluster, zone: str) -> Iterator[None]:
    """Meanwhile nothing reaches the zone or comes from it; its machines run on."""
    cluster.run("fault", "zone-down", zone)
    try:
        yield
    finally:
        cluster.run("fault", "zone-up", zone)


def refuses_to_start(member: Member) -> None:
    """The member is down, and says why at each new start, of which systemd makes one every two seconds."""
    since = int(member.ssh("date +%s")) + 1
    refused = f"{member.name} says that it refuses to start"
    eventually(lambda: "refusing to start" in member.journal(f"--since @{since}"), refused)
    assert member.ssh("systemctl is-active etcd", check=False).strip() != "active"
    made = member.ssh(f"sudo ls -A {DATA} 2>/dev/null", check=False)
    assert made == "", f"{member.name} made itself a new log"
