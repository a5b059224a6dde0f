"""The state is lost, or gets another key: the commands of docs/state.md, run as they stand there.

The last test leaves the shared region with a new cluster, and with the old one's machines, which no state knows.
"""

import shutil
from pathlib import Path

import pytest

from tests.framework import aws, pages
from tests.framework.cluster import Cluster
from tests.framework.polling import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.in_order]


def test_the_state_comes_back_from_a_copy(cluster: Cluster, tmp_path: Path) -> None:
    copy = tmp_path / "state.json"
    follow(cluster, section("Keep a copy"), copy)
    forget(cluster, "sandbox")
    follow(cluster, section("The state is lost, a copy is there"), copy)


def test_the_state_moves_to_a_kms_key_and_nothing_is_replaced(cluster: Cluster) -> None:
    cluster.call(aws.make_key, "alias/pulumi-state")
    before = ids(cluster)
    follow(cluster, section("From a passphrase to a KMS key"))
    state = cluster.state_kept()
    assert state["secrets_providers"]["state"]["url"].startswith("awskms://")
    assert ids(cluster) == before
    cluster.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_without_state_the_data_moves_to_a_new_cluster(cluster: Cluster, tmp_path: Path) -> None:
    """The sentinel key, which is asked for after each test, is in the new one then."""
    save, restore = section("The state is lost, and there is no copy")
    snapshot = tmp_path / "rescue.db"
    for line in save.splitlines():
        cluster.run(*line.replace("rescue.db", str(snapshot)).split())
    forget(cluster, "sandbox")

    settings = {"vpcCidr": "10.1.0.0/16", "subnetCidr": "10.1.0.0/24"}
    settings |= {"operatorCidrs[0]": "10.1.0.1/32", "clientCidrs[0]": "10.1.0.1/32"}
    for key, value in settings.items():
        cluster.run("pulumi", "config", "set", "-s", "rescue", "--path", f"etcd:{key}", value)
    cluster.run("up", "-s", "rescue", timeout_seconds=900)
    for member in cluster.members:
        member.ssh("sudo systemctl stop etcd")
    for member in cluster.members:
        cluster.run("scp", "-q", "-F", str(cluster.access / "ssh_config"), str(snapshot), f"{member.name}:rescue.db")
        member.ssh("sudo bash -s", stdin=restore)

    eventually(cluster.healthy, "the new cluster serves")
    cluster.run("pulumi", "preview", "-s", "rescue", "--expect-no-changes")


def section(title: str) -> list[str]:
    """The blocks of commands below a heading of the page."""
    return pages.blocks(pages.section("state.md", title))


def follow(cluster: Cluster, blocks: list[str], copy: Path | None = None) -> None:
    for line in "".join(blocks).splitlines():
        command = line.replace("STACK", "sandbox").replace("state.json", str(copy)).replace('"', "").split()
        if command[:3] == ["pulumi", "stack", "init"]:
            continue  # ./sandbox/run does it before any other command of a stack that is not there
        cluster.run(*command)


def forget(cluster: Cluster, stack: str) -> None:
    """The backend loses everything of a stack, its history and its own copies too."""
    for kind in ("stacks", "history", "backups"):
        for path in (cluster.folder / "backend" / ".pulumi" / kind).glob(f"**/{stack}*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def ids(cluster: Cluster) -> dict[str, str]:
    return {each["urn"]: each["id"] for each in cluster.state_kept()["resources"] if each.get("id")}
