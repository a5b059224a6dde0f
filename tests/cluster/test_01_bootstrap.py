"""A fresh `make up`: one cluster, over mutual TLS only, with nothing to complain about in its journals."""

import json
import re
import subprocess

import pytest

from tests.cluster.sandbox import ADDRESSES, ENDPOINTS, MEMBERS, Sandbox

pytestmark = pytest.mark.cluster

# Runs inside the region: asks a member something over TLS, and says how that went.
ASK = """
import http.client, json, ssl, sys
address, ca, certificate, key, newest, path, body = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(ca)
if certificate:
    context.load_cert_chain(certificate, key)
if newest:
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion[newest]
    context.set_ciphers("ALL:@SECLEVEL=0")
try:
    connection = http.client.HTTPSConnection(address, 2379, context=context, timeout=5)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    version = connection.sock and connection.sock.version()
    print(json.dumps({"status": answer.status, "body": answer.read().decode(), "tls": version}))
except (OSError, http.client.HTTPException) as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
"""


def ask(sandbox: Sandbox, address: str, *, certificate: str = "", key: str = "", newest: str = "") -> dict[str, object]:
    ca = str(sandbox.folder / "access" / "ca.crt")
    body = json.dumps({"key": "Ym9ybg=="})  # base64 of the sentinel's key
    answer: dict[str, object] = json.loads(
        sandbox.python(ASK, address, ca, certificate, key, newest, "/v3/kv/range", body)
    )
    return answer


def admin(sandbox: Sandbox) -> dict[str, str]:
    access = sandbox.folder / "access"
    return {"certificate": str(access / "admin.crt"), "key": str(access / "admin.key")}


def test_three_members_agree_on_one_cluster(cluster: Sandbox) -> None:
    statuses = cluster.etcdctl("endpoint", "status", "--cluster")
    assert {each["Endpoint"] for each in statuses} == set(ENDPOINTS)
    headers = [each["Status"]["header"] for each in statuses]
    assert len({header["cluster_id"] for header in headers}) == 1
    assert len({header["member_id"] for header in headers}) == len(MEMBERS)
    assert len({each["Status"]["leader"] for each in statuses}) == 1
    assert {each["Status"]["version"] for each in statuses} == {"3.5.11"}
    members = cluster.etcdctl("member", "list")["members"]
    assert {member["name"] for member in members} == set(MEMBERS)
    assert not any(member.get("isLearner") for member in members)


def test_no_journal_complains_of_connections_or_settings(cluster: Sandbox) -> None:
    """Before the tests below, which are refused on purpose."""
    for member in MEMBERS:
        journal = cluster.ssh(member, "sudo journalctl --unit etcd --no-pager --output cat")
        assert "unrecognized environment variable" not in journal
        rejected = [line for line in journal.splitlines() if "rejected connection" in line]
        # The region's router is the operator, whose etcdctl may leave in the middle of a handshake.
        assert [line for line in rejected if '"remote-addr":"192.168.0.1:' not in line] == []


def test_the_gateway_answers_a_client_with_a_certificate(cluster: Sandbox) -> None:
    for address in ADDRESSES:
        answer = ask(cluster, address, **admin(cluster))
        assert answer["status"] == 200, answer
        assert json.loads(str(answer["body"]))["count"] == "1"


def test_a_client_without_a_certificate_is_refused(cluster: Sandbox) -> None:
    for address in ADDRESSES:
        assert "error" in ask(cluster, address)


def test_a_client_with_a_foreign_certificate_is_refused(
    cluster: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("foreign")
    certificate, key = folder / "foreign.crt", folder / "foreign.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         "/CN=admin", "-days", "1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    for address in ADDRESSES:
        assert "error" in ask(cluster, address, certificate=str(certificate), key=str(key))


def test_the_peer_port_takes_no_certificate_but_a_peers(cluster: Sandbox) -> None:
    """Whoever has a client's certificate and reaches the peer port must not join in the vote."""
    ask = "sudo curl -s --http1.1 --max-time 5 --cacert /etc/etcd/pki/ca.crt https://192.168.0.101:2380/members"
    answers = {
        role: cluster.ssh(
            "etcd-1", f"{ask} --cert /etc/etcd/pki/{role}.crt --key /etc/etcd/pki/{role}.key", check=False
        )
        for role in ("peer", "server")
    }
    assert '"name":"etcd-2"' in answers["peer"]
    assert answers["server"] == ""


def test_tls_below_1_2_is_refused_and_1_2_is_not(cluster: Sandbox) -> None:
    assert "error" in ask(cluster, ADDRESSES[0], newest="TLSv1_1", **admin(cluster))
    assert ask(cluster, ADDRESSES[0], newest="TLSv1_2", **admin(cluster))["tls"] == "TLSv1.2"


def test_no_member_listens_in_the_clear_but_for_metrics_on_loopback(cluster: Sandbox) -> None:
    for member, address in zip(MEMBERS, ADDRESSES, strict=True):
        listening = cluster.ssh(member, "sudo ss --listening --tcp --numeric --processes --no-header")
        ports = {re.split(r"\s+", line)[3] for line in listening.splitlines() if '"etcd"' in line}
        assert ports == {f"{address}:2379", f"{address}:2380", "127.0.0.1:2379", "127.0.0.1:2381"}
        assert "etcd_server_has_leader 1" in cluster.ssh(member, "curl --silent http://127.0.0.1:2381/metrics")
        clear = cluster.ssh(member, "curl --silent --max-time 3 http://127.0.0.1:2379/health", check=False)
        assert "health" not in clear


def test_the_unit_is_hardened_and_runs_as_its_own_user(cluster: Sandbox) -> None:
    for member in MEMBERS:
        assert cluster.ssh(member, "systemctl is-active etcd").strip() == "active"
        report = cluster.ssh(member, "systemd-analyze security --no-pager etcd.service")
        exposure = re.search(r"Overall exposure level for etcd.service: ([0-9.]+)", report)
        assert exposure, report
        assert float(exposure.group(1)) <= 2.0
        assert cluster.ssh(member, "ps -o user= -C etcd").strip() == "etcd"


def test_keys_on_the_machine_are_etcds_alone(cluster: Sandbox) -> None:
    for member in MEMBERS:
        # By find, since the login cannot read the folders that a pattern would look into.
        look = "sudo find /etc/etcd/pki /var/lib/etcd -maxdepth 1 -user etcd ! -name '.*' ! -name default.etcd"
        listing = cluster.ssh(member, f"{look} -printf '%m %p\\n'")
        modes = {path: mode for mode, path in map(str.split, listing.splitlines())}
        assert modes.pop("/etc/etcd/pki") == modes.pop("/var/lib/etcd") == "700"
        assert list(modes.values()) == ["600"] * 5, "a certificate or key is not etcd's alone"


def test_root_does_not_log_in(cluster: Sandbox) -> None:
    for address in ADDRESSES:
        answer = cluster.run("ssh", "-o", "BatchMode=yes", "-l", "root", address, "id", check=False)
        assert answer.returncode != 0
        assert "uid=0" not in answer.stdout


def test_the_data_lies_on_the_volume_of_its_own(cluster: Sandbox) -> None:
    for member in MEMBERS:
        source = cluster.ssh(member, "findmnt --noheadings --output FSTYPE,OPTIONS --mountpoint /var/lib/etcd")
        assert source.startswith("ext4")
        assert "/var/lib/etcd" in cluster.ssh(member, "grep UUID= /etc/fstab")
