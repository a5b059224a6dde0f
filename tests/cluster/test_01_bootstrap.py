"""A fresh `make up`: one cluster, over mutual TLS only, with nothing to complain about in its journals."""

import json
import re
import subprocess
from typing import Any

import pytest

from tests.framework import tls_client
from tests.framework.cluster import MEMBERS, Cluster
from tests.framework.member import Member

pytestmark = pytest.mark.cluster

# How a certificate that is missing is named in each version (Go's crypto/tls, processCertsFromClient).
REFUSALS = {"TLSv1_2": "HANDSHAKE_FAILURE", "TLSv1_3": "CERTIFICATE_REQUIRED"}


def ask(cluster: Cluster, member: Member, *, certificate: str = "", key: str = "", version: str) -> dict[str, Any]:
    return cluster.call(tls_client.ask, member.address, str(cluster.access / "ca.crt"), certificate, key, version)


def admin(cluster: Cluster) -> dict[str, str]:
    return {"certificate": str(cluster.access / "admin.crt"), "key": str(cluster.access / "admin.key")}


def test_three_members_agree_on_one_cluster(cluster: Cluster) -> None:
    statuses = cluster.statuses()
    assert set(statuses) == set(MEMBERS)
    headers = [each["header"] for each in statuses.values()]
    assert len({header["cluster_id"] for header in headers}) == 1
    assert len({header["member_id"] for header in headers}) == len(MEMBERS)
    assert len({each["leader"] for each in statuses.values()}) == 1
    assert {each["version"] for each in statuses.values()} == {"3.5.11"}
    members = cluster.etcdctl("member", "list")["members"]
    assert {member["name"] for member in members} == set(MEMBERS)
    assert not any(member.get("isLearner") for member in members)


def test_no_journal_complains_of_connections_or_settings(cluster: Cluster) -> None:
    """Before the tests below, which are refused on purpose."""
    for member in cluster.members:
        journal = member.journal()
        assert "unrecognized environment variable" not in journal
        assert '"snapshot-count":100000,' in journal, "not the default of this minor"
        rejected = [line for line in journal.splitlines() if "rejected connection" in line]
        # The region's router is the operator, whose etcdctl may leave in the middle of a handshake.
        assert [line for line in rejected if '"remote-addr":"192.168.0.1:' not in line] == []


def test_the_gateway_answers_a_client_with_a_certificate(cluster: Cluster) -> None:
    for member in cluster.members:
        answer = ask(cluster, member, version="TLSv1_3", **admin(cluster))
        assert answer["status"] == 200, answer
        assert json.loads(str(answer["body"]))["count"] == "1"


def test_a_client_without_a_certificate_is_refused(cluster: Cluster) -> None:
    for member in cluster.members:
        for version, alert in REFUSALS.items():
            assert ask(cluster, member, version=version) == {"alert": alert}


def test_a_client_with_a_foreign_certificate_is_refused(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("foreign")
    certificate, key = folder / "foreign.crt", folder / "foreign.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         "/CN=admin", "-days", "1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    for member in cluster.members:
        answer = ask(cluster, member, certificate=str(certificate), key=str(key), version="TLSv1_3")
        assert answer == {"alert": "UNKNOWN_CA"}


def test_the_peer_port_takes_no_certificate_but_a_peers(cluster: Cluster) -> None:
    """Whoever has a client's certificate and reaches the peer port must not join in the vote."""
    ask = "sudo curl -s --http1.1 --max-time 5 --cacert /etc/etcd/pki/ca.crt https://192.168.0.101:2380/members"
    answers = {
        role: cluster["etcd-1"].ssh(
            f"{ask} --cert /etc/etcd/pki/{role}.crt --key /etc/etcd/pki/{role}.key", check=False
        )
        for role in ("peer", "server")
    }
    assert '"name":"etcd-2"' in answers["peer"]
    assert answers["server"] == ""


def test_tls_below_1_2_is_refused_and_1_2_is_not(cluster: Cluster) -> None:
    for member in cluster.members:
        assert ask(cluster, member, version="TLSv1_1", **admin(cluster)) == {"alert": "PROTOCOL_VERSION"}
        assert ask(cluster, member, version="TLSv1_2", **admin(cluster))["version"] == "TLSv1.2"


def listeners(member: Member) -> dict[str, int]:
    """Where its etcd listens, and how long the queue is there."""
    lines = member.ssh("sudo ss --listening --tcp --numeric --processes --no-header").splitlines()
    found = [line.split() for line in lines if '"etcd"' in line]
    return {each[3]: int(each[2]) for each in found}


def test_no_member_listens_in_the_clear_but_for_metrics_on_loopback(cluster: Cluster) -> None:
    for member in cluster.members:
        on_network = {f"{member.address}:2379", f"{member.address}:2380"}
        assert set(listeners(member)) == {*on_network, "127.0.0.1:2379", "127.0.0.1:2381"}
        assert "etcd_server_has_leader 1" in member.ssh("curl --silent http://127.0.0.1:2381/metrics")
        clear = member.ssh("curl --silent --max-time 3 http://127.0.0.1:2379/health", check=False)
        assert "health" not in clear


def test_listen_queues_are_as_long_as_the_kernel_allows(cluster: Cluster) -> None:
    """When all clients come back at once, those beyond the queue wait for a second and longer."""
    for member in cluster.members:
        allowed = int(member.ssh("cat /proc/sys/net/core/somaxconn"))
        assert allowed >= 4096
        assert set(listeners(member).values()) == {allowed}


def test_the_unit_is_hardened_and_runs_as_its_own_user(cluster: Cluster) -> None:
    for member in cluster.members:
        assert member.ssh("systemctl is-active etcd").strip() == "active"
        report = member.ssh("systemd-analyze security --no-pager etcd.service")
        exposure = re.search(r"Overall exposure level for etcd.service: ([0-9.]+)", report)
        assert exposure, report
        assert float(exposure.group(1)) <= 2.0
        assert member.ssh("ps -o user= -C etcd").strip() == "etcd"


def test_keys_on_the_machine_are_etcds_alone(cluster: Cluster) -> None:
    for member in cluster.members:
        # By find, since the login cannot read the folders that a pattern would look into.
        look = "sudo find /etc/etcd/pki /var/lib/etcd -maxdepth 1 -user etcd ! -name '.*' ! -name default.etcd"
        listing = member.ssh(f"{look} -printf '%m %p\\n'")
        modes = {path: mode for mode, path in map(str.split, listing.splitlines())}
        assert modes.pop("/etc/etcd/pki") == modes.pop("/var/lib/etcd") == "700"
        assert list(modes.values()) == ["600"] * 5, "a certificate or key is not etcd's alone"


def test_root_does_not_log_in(cluster: Cluster) -> None:
    for member in cluster.members:
        answer = cluster.run("ssh", "-o", "BatchMode=yes", "-l", "root", member.address, "id", check=False)
        assert answer.returncode != 0
        assert "uid=0" not in answer.stdout


def test_the_data_lies_on_the_volume_of_its_own(cluster: Cluster) -> None:
    for member in cluster.members:
        source = member.ssh("findmnt --noheadings --output FSTYPE,OPTIONS --mountpoint /var/lib/etcd")
        assert source.startswith("ext4")
        assert "/var/lib/etcd" in member.ssh("grep UUID= /etc/fstab")
