"""A cluster behind a bastion: the only way in, with known host keys, and the SSH key changed while it runs."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.polling import eventually
from tests.cluster.sandbox import ADDRESSES, MEMBERS, Sandbox
from tests.cluster.test_06_secrets import urn

pytestmark = pytest.mark.cluster

STRANGER = "198.51.100.77"
CONNECT = (
    "import socket, sys; socket.create_connection((sys.argv[1], 22), 2, (sys.argv[2], 0) if sys.argv[2:] else None)"
)
FILES = {"ssh_key": "sshPrivateKey", "known_hosts": "sshKnownHosts", "ssh_config": "sshConfig"}
RELOAD = "sudo systemctl reload ssh"
SHOW = "systemctl show --value --property"
DROP_SECONDS = 20
DROP_CONNECTIONS = f"""
sudo systemd-run --quiet --on-active={DROP_SECONDS} --timer-property=AccuracySec=1s nft delete table inet gone &&
sudo nft -f - <<END
table inet gone {{
  chain in {{ type filter hook input priority 0; tcp flags syn tcp dport 22 drop; }}
}}
END
"""
PROCESSES = f"pidof etcd; {SHOW} UserspaceTimestampMonotonic; {SHOW} ActiveEnterTimestampMonotonic etcd"


@pytest.fixture(scope="module", autouse=True)
def taken_down_afterwards(behind_bastion: Sandbox) -> Iterator[None]:
    """Nothing comes after this file; a session's own end may be minutes away."""
    yield
    behind_bastion.make("down")


@pytest.fixture
def files(behind_bastion: Sandbox, tmp_path: Path) -> Path:
    """The files that the README has the operator write."""
    return written(behind_bastion, tmp_path)


def written(sandbox: Sandbox, folder: Path) -> Path:
    for name, output in FILES.items():
        file = folder / name
        file.write_text(sandbox.pulumi("stack", "output", output, "--show-secrets").stdout)
        file.chmod(0o600)
    return folder


def ssh(sandbox: Sandbox, folder: Path, *words: str) -> str:
    """What plain ssh says in that folder, errors too."""
    line = f"cd {folder} && exec timeout 20 /usr/bin/ssh -F ssh_config -o BatchMode=yes {' '.join(words)}"
    done = sandbox.run("sh", "-c", line, check=False)
    return done.stdout + done.stderr


def reaches(sandbox: Sandbox, address: str, *source: str) -> bool:
    return sandbox.run("python", "-c", CONNECT, address, *source, check=False).returncode == 0


def bastion_address(sandbox: Sandbox) -> str:
    return str(sandbox.resource("etcd-eip-bastion")["outputs"]["publicIp"])


def processes(sandbox: Sandbox) -> dict[str, str]:
    return {member: sandbox.ssh(member, PROCESSES) for member in MEMBERS}


def test_the_bastion_is_the_only_way_in(behind_bastion: Sandbox) -> None:
    address = bastion_address(behind_bastion)
    assert reaches(behind_bastion, address)
    assert not reaches(behind_bastion, address, STRANGER)
    for member in ADDRESSES:
        assert not reaches(behind_bastion, member), "a member's SSH is open besides the bastion"
    seen = behind_bastion.ssh("etcd-2", "sudo journalctl --unit ssh --output cat | grep '^Accepted'")
    sources = {line.split(" from ")[1].split()[0] for line in seen.splitlines()}
    inside = behind_bastion.resource("etcd-instance-arm64-bastion")["outputs"]["privateIp"]
    assert sources == {inside}, "a command came another way"
    behind_bastion.pulumi("preview", "--expect-no-changes")


def test_plain_ssh_works_with_the_exported_files_and_the_bastion_forwards_nowhere_else(
    behind_bastion: Sandbox, files: Path
) -> None:
    assert ssh(behind_bastion, files, "etcd-2", "hostname") == "ip-192-168-0-101\n"
    elsewhere = ssh(behind_bastion, files, "-W", "192.168.0.100:2379", "etcd-bastion")
    assert "administratively prohibited" in elsewhere


def test_the_bastion_soon_says_that_a_member_is_gone(behind_bastion: Sandbox, files: Path) -> None:
    """A VPC drops what is sent to a machine that is not there; here the machine does it itself, for a while."""
    behind_bastion.ssh("etcd-3", DROP_CONNECTIONS)
    assert "connect failed: Connection timed out" in ssh(behind_bastion, files, "etcd-3", "hostname")
    eventually(lambda: "ip-192-168-0-102" in ssh(behind_bastion, files, "etcd-3", "hostname"), "etcd-3 is back")


@pytest.mark.parametrize("name", ["etcd-bastion", "etcd-2"])
def test_a_wrong_host_key_is_refused(behind_bastion: Sandbox, files: Path, name: str) -> None:
    address = bastion_address(behind_bastion) if name == "etcd-bastion" else ADDRESSES[1]
    known = (files / "known_hosts").read_text().splitlines()
    right = next(line for line in known if line.startswith(f"{address} "))
    other = next(line for line in known if line != right).split()
    (files / "known_hosts").write_text("\n".join([*(set(known) - {right}), f"{address} {' '.join(other[1:])}", ""]))
    assert "Host key verification failed" in ssh(behind_bastion, files, "etcd-2", "hostname")


def test_the_engine_sends_nothing_through_a_bastion_with_another_host_key(behind_bastion: Sandbox) -> None:
    """As if somebody had taken its address."""
    before, machine = processes(behind_bastion), "etcd-bastion"
    key = "/etc/ssh/ssh_host_ed25519_key"
    behind_bastion.ssh(
        machine, f"sudo mv {key} {key}.aside && sudo ssh-keygen -q -t ed25519 -N '' -f {key} && {RELOAD}"
    )
    try:
        failed = behind_bastion.up("--replace", urn(behind_bastion, "etcd-mount-etcd-2"), check=False)
        assert failed.returncode != 0
        assert "ssh: host key mismatch" in failed.stdout + failed.stderr
    finally:
        blind = ["-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no"]
        behind_bastion.run("ssh", *blind, machine, f"sudo mv {key}.aside {key} && {RELOAD}")
    assert processes(behind_bastion) == before


def test_the_key_changes_while_no_etcd_notices(behind_bastion: Sandbox, files: Path, tmp_path: Path) -> None:
    before = processes(behind_bastion)
    skipped = behind_bastion.pulumi("preview", "--config", "etcd:sshKeyGeneration=3", check=False)
    assert "Set it to 2" in skipped.stdout + skipped.stderr
    behind_bastion.up("--config", "etcd:sshKeyGeneration=2")
    assert processes(behind_bastion) == before, "a member or its machine was restarted"
    for host in ("etcd-bastion", "etcd-2"):
        assert "Permission denied" in ssh(behind_bastion, files, host, "true"), "the old key still logs in"
    new = tmp_path / "new"
    new.mkdir()
    assert ssh(behind_bastion, written(behind_bastion, new), "etcd-2", "hostname") == "ip-192-168-0-101\n"
    behind_bastion.pulumi("preview", "--expect-no-changes")


def test_a_lost_bastion_is_made_again_and_no_member_notices(behind_bastion: Sandbox) -> None:
    before, address = processes(behind_bastion), bastion_address(behind_bastion)
    behind_bastion.run("aws-terminate", behind_bastion.resource("etcd-instance-arm64-bastion")["id"])
    done = behind_bastion.up()
    assert "etcd-harden-bastion updated" in done.stdout
    assert "etcd-prepare-etcd-1 updated" not in done.stdout, "commands of members were run again for nothing"
    assert bastion_address(behind_bastion) == address
    assert processes(behind_bastion) == before
    behind_bastion.pulumi("preview", "--expect-no-changes")


def test_an_operator_goes_over_to_a_key_of_his_own(behind_bastion: Sandbox, files: Path, tmp_path: Path) -> None:
    """His agent holds both keys during the change; afterwards no private key is in the state."""
    before, own, socket = processes(behind_bastion), tmp_path / "own", tmp_path / "agent"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "own", "-f", own], check=True)
    behind_bastion.pulumi("config", "set", "etcd:sshPublicKey", own.with_suffix(".pub").read_text())
    behind_bastion.pulumi("config", "rm", "etcd:sshKeyGeneration")
    by_agent = ["env", f"SSH_AUTH_SOCK={socket}"]
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as agent:
        try:
            eventually(socket.exists, "the agent listens")
            behind_bastion.run(*by_agent, "ssh-add", "-q", str(own), str(files / "ssh_key"))
            behind_bastion.run(*by_agent, "pulumi", "up", "--yes", "--skip-preview", "-s", "sandbox")
            behind_bastion.run(*by_agent, "ssh-add", "-q", "-D")
            behind_bastion.run(*by_agent, "ssh-add", "-q", str(own))
            after = {member: behind_bastion.run(*by_agent, "ssh", member, PROCESSES).stdout for member in MEMBERS}
        finally:
            agent.terminate()
    assert after == before, "a member or its machine was restarted"
    assert "sshPrivateKey" not in behind_bastion.pulumi("stack", "output", "--json").stdout
    assert not [each for each in behind_bastion.state_kept()["resources"] if "ssh-key-g" in each["urn"]]
