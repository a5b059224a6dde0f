"""A cluster behind a bastion: the only way in, with known host keys, and the SSH key changed while it runs."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.framework.cluster import ADDRESSES, Cluster
from tests.framework.faults import drop_connections
from tests.framework.polling import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.in_order]

STRANGER = "198.51.100.77"
CONNECT = (
    "import socket, sys; socket.create_connection((sys.argv[1], 22), 2, (sys.argv[2], 0) if sys.argv[2:] else None)"
)
FILES = {"ssh_key": "sshPrivateKey", "known_hosts": "sshKnownHosts", "ssh_config": "sshConfig"}
RELOAD = "sudo systemctl reload ssh"
SHOW = "systemctl show --value --property"
DROP_SECONDS = 20
PROCESSES = f"pidof etcd; {SHOW} UserspaceTimestampMonotonic; {SHOW} ActiveEnterTimestampMonotonic etcd"


@pytest.fixture(scope="module", autouse=True)
def taken_down_afterwards(behind_bastion: Cluster) -> Iterator[None]:
    """Nothing comes after this file; a session's own end may be minutes away."""
    yield
    behind_bastion.make("down")


@pytest.fixture
def files(behind_bastion: Cluster, tmp_path: Path) -> Path:
    """The files that the README has the operator write."""
    return written(behind_bastion, tmp_path)


def written(cluster: Cluster, folder: Path) -> Path:
    for name, output in FILES.items():
        file = folder / name
        file.write_text(cluster.pulumi("stack", "output", output, "--show-secrets").stdout)
        file.chmod(0o600)
    return folder


def ssh(cluster: Cluster, folder: Path, *words: str) -> str:
    """What plain ssh says in that folder, errors too."""
    line = f"cd {folder} && exec timeout 20 /usr/bin/ssh -F ssh_config -o BatchMode=yes {' '.join(words)}"
    done = cluster.run("sh", "-c", line, check=False)
    return done.stdout + done.stderr


def reaches(cluster: Cluster, address: str, *source: str) -> bool:
    return cluster.run("python", "-c", CONNECT, address, *source, check=False).returncode == 0


def bastion_address(cluster: Cluster) -> str:
    return str(cluster.resource("etcd-eip-bastion")["outputs"]["publicIp"])


def processes(cluster: Cluster) -> dict[str, str]:
    return {member.name: member.ssh(PROCESSES) for member in cluster.members}


def test_the_bastion_is_the_only_way_in(behind_bastion: Cluster) -> None:
    address = bastion_address(behind_bastion)
    assert reaches(behind_bastion, address)
    assert not reaches(behind_bastion, address, STRANGER)
    for member in ADDRESSES:
        assert not reaches(behind_bastion, member), "a member's SSH is open besides the bastion"
    seen = behind_bastion["etcd-2"].ssh("sudo journalctl --unit ssh --output cat | grep '^Accepted'")
    sources = {line.split(" from ")[1].split()[0] for line in seen.splitlines()}
    inside = behind_bastion.resource("etcd-instance-arm64-bastion")["outputs"]["privateIp"]
    assert sources == {inside}, "a command came another way"
    behind_bastion.plans_nothing()


def test_plain_ssh_works_with_the_exported_files_and_the_bastion_forwards_nowhere_else(
    behind_bastion: Cluster, files: Path
) -> None:
    assert ssh(behind_bastion, files, "etcd-2", "hostname") == "ip-192-168-0-101\n"
    elsewhere = ssh(behind_bastion, files, "-W", "192.168.0.100:2379", "etcd-bastion")
    assert "administratively prohibited" in elsewhere


def test_the_bastion_soon_says_that_a_member_is_gone(behind_bastion: Cluster, files: Path) -> None:
    """A VPC drops what is sent to a machine that is not there; here the machine does it itself, for a while."""
    drop_connections(behind_bastion["etcd-3"], 22, DROP_SECONDS)
    assert "connect failed: Connection timed out" in ssh(behind_bastion, files, "etcd-3", "hostname")
    eventually(lambda: "ip-192-168-0-102" in ssh(behind_bastion, files, "etcd-3", "hostname"), "etcd-3 is back")


@pytest.mark.parametrize("name", ["etcd-bastion", "etcd-2"])
def test_a_wrong_host_key_is_refused(behind_bastion: Cluster, files: Path, name: str) -> None:
    address = bastion_address(behind_bastion) if name == "etcd-bastion" else ADDRESSES[1]
    known = (files / "known_hosts").read_text().splitlines()
    right = next(line for line in known if line.startswith(f"{address} "))
    other = next(line for line in known if line != right).split()
    (files / "known_hosts").write_text("\n".join([*(set(known) - {right}), f"{address} {' '.join(other[1:])}", ""]))
    assert "Host key verification failed" in ssh(behind_bastion, files, "etcd-2", "hostname")


def test_the_engine_sends_nothing_through_a_bastion_with_another_host_key(behind_bastion: Cluster) -> None:
    """As if somebody had taken its address."""
    before, machine = processes(behind_bastion), "etcd-bastion"
    key = "/etc/ssh/ssh_host_ed25519_key"
    behind_bastion.ssh(
        machine, f"sudo mv {key} {key}.aside && sudo ssh-keygen -q -t ed25519 -N '' -f {key} && {RELOAD}"
    )
    try:
        said = behind_bastion.refused("up", "--yes", "--skip-preview", "--replace", "**::etcd-mount-etcd-2")
        assert "ssh: host key mismatch" in said
    finally:
        blind = ["-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no"]
        behind_bastion.run("ssh", *blind, machine, f"sudo mv {key}.aside {key} && {RELOAD}")
    assert processes(behind_bastion) == before


def test_the_key_changes_while_no_etcd_notices(behind_bastion: Cluster, files: Path, tmp_path: Path) -> None:
    before = processes(behind_bastion)
    assert "Set it to 2" in behind_bastion.refused("preview", "--config", "etcd:sshKeyGeneration=3")
    behind_bastion.up("--config", "etcd:sshKeyGeneration=2")
    assert processes(behind_bastion) == before, "a member or its machine was restarted"
    for host in ("etcd-bastion", "etcd-2"):
        assert "Permission denied" in ssh(behind_bastion, files, host, "true"), "the old key still logs in"
    new = tmp_path / "new"
    new.mkdir()
    assert ssh(behind_bastion, written(behind_bastion, new), "etcd-2", "hostname") == "ip-192-168-0-101\n"
    behind_bastion.plans_nothing()


def test_a_lost_bastion_is_made_again_and_no_member_notices(behind_bastion: Cluster) -> None:
    before, address = processes(behind_bastion), bastion_address(behind_bastion)
    behind_bastion.run("aws-terminate", behind_bastion.resource("etcd-instance-arm64-bastion")["id"])
    done = behind_bastion.up()
    assert "etcd-harden-bastion updated" in done.stdout
    assert "etcd-prepare-etcd-1 updated" not in done.stdout, "commands of members were run again for nothing"
    assert bastion_address(behind_bastion) == address
    assert processes(behind_bastion) == before
    behind_bastion.plans_nothing()


def test_an_operator_goes_over_to_a_key_of_their_own(behind_bastion: Cluster, files: Path, tmp_path: Path) -> None:
    """Their agent holds both keys during the change; afterwards no private key is in the state."""
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
            after = {
                member.name: behind_bastion.run(*by_agent, "ssh", member.name, PROCESSES).stdout
                for member in behind_bastion.members
            }
        finally:
            agent.terminate()
    assert after == before, "a member or its machine was restarted"
    assert "sshPrivateKey" not in behind_bastion.pulumi("stack", "output", "--json").stdout
    assert not [each for each in behind_bastion.state_kept()["resources"] if "ssh-key-g" in each["urn"]]
