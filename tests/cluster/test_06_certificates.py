"""Certificates near their end are renewed by an ordinary `up`, and no member restarts for it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.framework import tls_client
from tests.framework.cluster import Cluster
from tests.framework.member import Member

pytestmark = pytest.mark.cluster

LEAF = "tls:index/locallySignedCert:LocallySignedCert"
DAYS_LEFT = 5  # less than etcd:certificateRenewalDays


def test_an_up_renews_every_leaf_near_its_end_and_restarts_nothing(cluster: Cluster, tmp_path: Path) -> None:
    before, running = made(cluster), cluster.running()
    serials = {member.name: shown_serial(member) for member in cluster.members}
    let_leaves_end_soon(cluster, tmp_path / "state.json")
    cluster.refused("preview", "--expect-no-changes")
    cluster.make("up")
    after = made(cluster)
    renewed = {name for name, text in after.items() if text != before[name]}
    members = [member.name for member in cluster.members]
    assert renewed == {
        "etcd-admin-certificate",
        *(f"etcd-{role}-{member}-certificate" for role in ("server", "peer") for member in members),
    }, "a key or the CA was made again, or a leaf was left"
    assert cluster.running() == running, "a machine or an etcd was restarted for a certificate"
    for member in cluster.members:
        assert shown_serial(member) != serials[member.name], f"{member.name} still shows the old certificate"
        for role in ("server", "peer"):
            there = member.ssh(f"sudo cat /etc/etcd/pki/{role}.crt").strip()
            assert there == after[f"etcd-{role}-{member.name}-certificate"].strip()
    cluster.plans_nothing()


def made(cluster: Cluster) -> dict[str, str]:
    """What TLS stands on, by logical name: the certificates, and the public halves of the keys."""
    resources = [each for each in cluster.state_kept()["resources"] if each["type"].startswith("tls:")]
    texts = {}
    for each in resources:
        outputs = each["outputs"]
        if text := outputs.get("certPem") or outputs.get("publicKeyPem"):
            texts[each["urn"].rpartition("::")[2]] = str(text)
    assert sum(name.endswith("-key") for name in texts) >= 8, f"too few keys to show that they stay: {sorted(texts)}"
    assert "etcd-ca-g1" in texts
    return texts


def let_leaves_end_soon(cluster: Cluster, file: Path) -> None:
    """In the state, from which the provider takes a certificate's end."""
    cluster.pulumi("stack", "export", "--file", str(file))
    state: dict[str, Any] = json.loads(file.read_text())
    end = (datetime.now(UTC) + timedelta(days=DAYS_LEFT)).isoformat(timespec="seconds")
    leaves = [each for each in state["deployment"]["resources"] if each["type"] == LEAF]
    assert len(leaves) == 7
    for leaf in leaves:
        leaf["outputs"]["validityEndTime"] = end
    file.write_text(json.dumps(state))
    cluster.pulumi("stack", "import", "--file", str(file))


def shown_serial(member: Member) -> str:
    access = member.sandbox.access
    files = (str(access / name) for name in ("ca.crt", "admin.crt", "admin.key"))
    return member.sandbox.call(tls_client.serial, member.address, *files)
