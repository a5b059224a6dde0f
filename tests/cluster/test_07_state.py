"""The state is lost, or gets another key: the commands of docs/state.md, run as they stand there.

The last test leaves the shared region with a new cluster, and with the old one's machines, which no state knows.
"""

import re
import shutil
from pathlib import Path

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import CHECKOUT, MEMBERS, Sandbox

pytestmark = pytest.mark.cluster

MAKE_KEY = """
import boto3
kms = boto3.client("kms")
kms.create_alias(AliasName="alias/pulumi-state", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
"""


def test_the_state_comes_back_from_a_copy(cluster: Sandbox, tmp_path: Path) -> None:
    copy = tmp_path / "state.json"
    follow(cluster, section("Keep a copy"), copy)
    forget(cluster, "sandbox")
    follow(cluster, section("The state is lost, a copy is there"), copy)


def test_the_state_moves_to_a_kms_key_and_nothing_is_replaced(cluster: Sandbox) -> None:
    cluster.python(MAKE_KEY)
    before = ids(cluster)
    follow(cluster, section("From a passphrase to a KMS key"))
    state = cluster.state_kept()
    assert state["secrets_providers"]["state"]["url"].startswith("awskms://")
    assert ids(cluster) == before
    cluster.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_without_state_the_data_moves_to_a_new_cluster(cluster: Sandbox, tmp_path: Path) -> None:
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
    for member in MEMBERS:
        cluster.ssh(member, "sudo systemctl stop etcd")
    for member in MEMBERS:
        cluster.run(
            "scp", "-q", "-F", str(cluster.folder / "access" / "ssh_config"), str(snapshot), f"{member}:rescue.db"
        )
        cluster.ssh(member, "sudo bash -s", stdin=restore)

    eventually(cluster.healthy, "the new cluster serves")
    cluster.run("pulumi", "preview", "-s", "rescue", "--expect-no-changes")


def section(title: str) -> list[str]:
    """The blocks of commands below a heading of the page."""
    page = (CHECKOUT / "docs" / "state.md").read_text()
    text = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    blocks: list[str] = re.findall(r"```bash\n(.*?)```", re.sub(r"(?m)^ {3}", "", text), re.DOTALL)
    assert blocks, f"docs/state.md has no commands below {title!r}"
    return blocks


def follow(sandbox: Sandbox, blocks: list[str], copy: Path | None = None) -> None:
    for line in "".join(blocks).splitlines():
        command = line.replace("STACK", "sandbox").replace("state.json", str(copy)).replace('"', "").split()
        if command[:3] == ["pulumi", "stack", "init"]:
            continue  # ./sandbox/run does it before any other command of a stack that is not there
        sandbox.run(*command)


def forget(sandbox: Sandbox, stack: str) -> None:
    """The backend loses everything of a stack, its history and its own copies too."""
    for kind in ("stacks", "history", "backups"):
        for path in (sandbox.folder / "backend" / ".pulumi" / kind).glob(f"**/{stack}*"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def ids(sandbox: Sandbox) -> dict[str, str]:
    return {each["urn"]: each["id"] for each in sandbox.state_kept()["resources"] if each.get("id")}
