"""Connections are made only to the host that is meant, by every way to log in, and are tried again as asked."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncssh
import pytest

from tests.plugin.plugin import Plugin, Properties, to_dict
from tests.plugin.ssh_servers import SshServers

REMOTE = "command:remote:Command"
MISMATCH = "after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch"
REFUSED_KEY = (
    "after 1 failed attempts: ssh: handshake failed: ssh: unable to authenticate, "
    "attempted methods [none publickey], no supported methods remain"
)


def whereabouts(connection: Properties) -> Properties:
    """A command that prints the address of the host it runs on and of the host it came from."""
    return {"create": "echo $SSH_CONNECTION | cut -d' ' -f1,3", "connection": connection}


def test_a_jump_host_is_gone_through(plugin: Plugin, servers: SshServers) -> None:
    proxy = servers.connection(servers.second)
    outputs = plugin.create(REMOTE, whereabouts(servers.connection(servers.first, proxy=proxy)))
    assert outputs["stdout"].split()[1] == servers.first.address


def test_the_jump_host_reaches_what_only_it_reaches(plugin: Plugin, servers: SshServers) -> None:
    """The far host is named as the jump host sees it: its own loopback, by a name that is resolved there."""
    proxy = servers.connection(servers.second)
    connection = {**servers.connection(servers.first, proxy=proxy), "host": "localhost"}
    assert plugin.create(REMOTE, whereabouts(connection))["stdout"].endswith(servers.first.address)


def test_a_wrong_key_of_the_jump_host_is_refused(plugin: Plugin, servers: SshServers) -> None:
    proxy = servers.connection(servers.second, hostKey=servers.first.host_key)
    assert (
        plugin.create_error(REMOTE, whereabouts(servers.connection(servers.first, proxy=proxy))) == f"proxy: {MISMATCH}"
    )


def test_a_wrong_key_behind_the_jump_host_is_refused(plugin: Plugin, servers: SshServers) -> None:
    proxy = servers.connection(servers.second)
    connection = servers.connection(servers.first, proxy=proxy, hostKey=servers.second.host_key)
    assert plugin.create_error(REMOTE, whereabouts(connection)) == f"proxy: {MISMATCH}"


def test_a_closed_port_behind_the_jump_host_is_told(plugin: Plugin, servers: SshServers) -> None:
    connection = servers.connection(servers.first, proxy=servers.connection(servers.second), port=2222)
    error = plugin.create_error(REMOTE, whereabouts(connection))
    assert error.startswith("proxy: after 1 failed attempts: ssh: rejected: ")


def test_secrets_of_the_jump_host_are_marked(plugin: Plugin, servers: SshServers) -> None:
    connection = servers.connection(servers.first, proxy={"host": "h", "password": "p", "privateKeyPassword": "q"})
    proxy = to_dict(plugin.checked(REMOTE, whereabouts(connection)))["connection"]["value"]["proxy"]
    assert [proxy[name]["value"] for name in ("password", "privateKeyPassword")] == ["p", "q"]
    assert (proxy["user"], proxy["port"], proxy["dialErrorLimit"], proxy["perDialTimeout"]) == ("root", 22, 10, 15)


def test_a_host_that_comes_up_late_is_waited_for(plugin: Plugin, servers: SshServers) -> None:
    comes_up = threading.Timer(0.7, servers.start, [servers.late])
    comes_up.start()
    outputs = plugin.create(REMOTE, whereabouts(servers.connection(servers.late, dialErrorLimit=-1)), name="late")
    comes_up.join()
    assert outputs["stdout"].endswith(servers.late.address)
    assert "Dial 1/inf failed: retrying" in plugin.engine.messages("late")


def test_a_dial_ends_in_time(plugin: Plugin, servers: SshServers) -> None:
    """A port that accepts and says nothing, as a machine that hangs while it boots."""
    listener = subprocess.Popen(
        ["nsenter", f"--net={servers.network}", "--", sys.executable, "-c", SILENT_PORT],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert listener.stdout is not None
    listener.stdout.readline()
    started = time.monotonic()
    connection = servers.connection(servers.first, port=2022, dialErrorLimit=0, perDialTimeout=1)
    error = plugin.create_error(REMOTE, whereabouts(connection))
    listener.kill()
    listener.communicate()
    assert error == f"after 0 failed attempts: dial tcp {servers.first.address}:2022: i/o timeout"
    assert time.monotonic() - started < 5


SILENT_PORT = """
import socket, time
with socket.create_server(("127.0.0.1", 2022)):
    print("listening", flush=True)
    time.sleep(60)
"""


def test_a_key_that_is_not_authorized_is_refused(plugin: Plugin, servers: SshServers) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    assert plugin.create_error(REMOTE, whereabouts(servers.connection(servers.first, privateKey=other))) == REFUSED_KEY


def test_an_encrypted_key_needs_its_password(plugin: Plugin, servers: SshServers) -> None:
    key = asyncssh.import_private_key(servers.private_key)
    encrypted = key.export_private_key("openssh", passphrase="opens", rounds=50).decode()
    connection = servers.connection(servers.first, privateKey=encrypted)
    assert plugin.create(REMOTE, whereabouts({**connection, "privateKeyPassword": "opens"}))["stdout"]
    assert plugin.create_error(REMOTE, whereabouts(connection)) == "ssh: this private key is passphrase protected"
    wrong = whereabouts({**connection, "privateKeyPassword": "wrong"})
    assert plugin.create_error(REMOTE, wrong) == "x509: decryption password incorrect"


def test_keys_of_an_agent_are_offered(
    start_plugin: Callable[..., Plugin], plugin: Plugin, servers: SshServers, tmp_path: Path
) -> None:
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_add_key(socket, servers.private_key))
        connection = servers.connection(servers.first)
        del connection["privateKey"]
        assert plugin.create(REMOTE, whereabouts({**connection, "agentSocketPath": str(socket)}))["stdout"]
        assert start_plugin(SSH_AUTH_SOCK=str(socket)).create(REMOTE, whereabouts(connection))["stdout"]
    finally:
        agent.terminate()
        agent.wait()


async def _add_key(socket: Path, private_key: str) -> None:
    deadline = time.monotonic() + 5
    while not socket.exists() and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    agent = asyncssh.SSHAgentClient(str(socket))
    await agent.connect()
    await agent.add_keys([asyncssh.import_private_key(private_key)])
    agent.close()
    await agent.wait_closed()


def test_a_missing_agent_is_told(plugin: Plugin, servers: SshServers) -> None:
    connection = servers.connection(servers.first, agentSocketPath="/no/agent")
    assert plugin.create_error(REMOTE, whereabouts(connection)) == (
        "dial unix /no/agent: connect: no such file or directory"
    )


@pytest.mark.parametrize(("given", "works"), [("right", True), ("wrong", False)])
def test_a_password_logs_in(plugin: Plugin, password_host: int, given: str, works: bool) -> None:
    connection = {"host": "127.0.0.1", "port": password_host, "password": given, "dialErrorLimit": 0}
    inputs = {"create": "whatever", "connection": connection}
    if works:
        assert plugin.create(REMOTE, inputs)["stdout"] == "logged in"
    else:
        assert "attempted methods [none password]" in plugin.create_error(REMOTE, inputs)


@pytest.fixture
def password_host(servers: SshServers) -> Iterator[int]:
    """The port of asyncssh's own server: an sshd would need a password in this machine's /etc/shadow."""
    command = ["nsenter", f"--net={servers.network}", "--", sys.executable, "-c", PASSWORD_HOST]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    yield int(server.stdout.readline())
    server.kill()
    server.communicate()


PASSWORD_HOST = """
import asyncio, asyncssh

class Server(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True
    def validate_password(self, username, password):
        return (username, password) == ("root", "right")

async def serve():
    listener = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        process_factory=lambda process: (process.stdout.write("logged in"), process.exit(0)),
    )
    print(listener.get_port(), flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""
