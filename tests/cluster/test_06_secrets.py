"""No private key is anywhere in clear: not in the state, not in a log, not in what commands print."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.framework.cluster import Cluster

pytestmark = pytest.mark.cluster

KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def test_the_state_holds_no_key_in_clear_but_does_hold_keys(cluster: Cluster) -> None:
    assert KEY.search(cluster.pulumi("stack", "export", "--show-secrets").stdout.encode()), "the test looks for nothing"
    for file in (cluster.folder / "backend").rglob("*"):
        if file.is_file():
            assert not KEY.search(file.read_bytes()), f"{file} holds a private key in clear"


def test_no_log_of_the_sandbox_holds_a_key(cluster: Cluster) -> None:
    logs = list(logs_of(cluster.folder))
    assert logs
    for file in logs:
        assert not KEY.search(file.read_bytes()), f"{file} holds a private key"


def test_no_journal_and_no_process_list_of_a_machine_holds_a_key(cluster: Cluster) -> None:
    for member in cluster.members:
        assert "PRIVATE KEY-----" not in member.ssh("sudo journalctl --no-pager --output cat")
        assert "PRIVATE KEY-----" not in member.ssh("ps -eo args")


def test_a_failing_command_prints_no_secret(cluster: Cluster) -> None:
    """The published plugin prints the command line of what failed; a wrong script must not take a key along."""
    cluster["etcd-1"].ssh("sudo mv /etc/etcd/pki /etc/etcd/pki.aside && sudo touch /etc/etcd/pki")
    try:
        said = cluster.refused("up", "--yes", "--skip-preview", "--replace", "**::etcd-configure-etcd-1")
        assert "configure etcd-1" in said
        assert "PRIVATE KEY-----" not in said
    finally:
        cluster["etcd-1"].ssh("sudo rm /etc/etcd/pki && sudo mv /etc/etcd/pki.aside /etc/etcd/pki")
    cluster.up()


def test_what_the_engine_tells_for_debugging_holds_no_key(cluster: Cluster) -> None:
    """With `--json` it tells all of it to whoever keeps the output; the SDK's part would show the stack's outputs."""
    for arguments in (("up", "--yes", "--skip-preview", "--json"), ("preview", "--debug")):
        done = cluster.pulumi(*arguments, "--non-interactive")
        assert "debug" in done.stdout + done.stderr, "the test looks for nothing"
        assert "PRIVATE KEY-----" not in done.stdout + done.stderr


def logs_of(folder: Path) -> Iterator[Path]:
    """Every file of the region that is a log by its place or its name."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink() and ("log" in file.parts[-2:] or file.suffix == ".log"):
            yield file
