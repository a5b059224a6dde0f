"""A cancelled command ends, on this machine and on the other, with all that it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from google.protobuf import empty_pb2

from tests.plugin.plugin import CALL_SECONDS, PACKAGE_PARENT, Plugin, Properties
from tests.plugin.ssh_servers import SshServers

LOCAL, REMOTE = "command:local:Command", "command:remote:Command"


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4)


def wait_until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, f"waited 10 s in vain until {what}"
        time.sleep(0.02)


class Run:
    """A long command with a child, under way on a host or on this machine."""

    def __init__(
        self,
        plugin: Plugin,
        servers: SshServers,
        pool: ThreadPoolExecutor,
        place: str,
        seconds: int,
        first: str = "true",
    ) -> None:
        self._here = place == "here"
        self._servers = servers
        self.marker = f"sleep {seconds}"
        kind, inputs = PLACES[place][0], dict(PLACES[place][1])
        host = (
            {} if self._here else {"connection": {**servers.connection(servers.first), **inputs.pop("connection", {})}}
        )
        script = f"{first}; echo begun; {self.marker} & {self.marker}; echo after"
        self.error: Future[str] = pool.submit(plugin.create_error, kind, {"stdin": script, **inputs, **host})
        wait_until(lambda: len(self.sleeps()) == 2, f"{self.marker} runs")

    def sleeps(self) -> list[str]:
        if not self._here:
            return [line for line in self._servers.running(self.marker) if line == self.marker]
        listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
        return [line for line in listed.splitlines() if line == self.marker]


PLACES: dict[str, tuple[str, Properties]] = {
    "here": (LOCAL, {"create": "sh"}),
    "there": (REMOTE, {"create": "sh", "connection": {"user": "admin"}}),
    "there as root by sudo": (REMOTE, {"create": "sudo bash -s", "connection": {"user": "admin"}}),
    "there as root": (REMOTE, {"create": "bash"}),
    # As the program runs its scripts. timeout(1) moves to a process group of its own.
    "there under a lock and a time limit": (
        REMOTE,
        {"create": "sudo flock --close /run/cancel.lock timeout 900 bash -s", "connection": {"user": "admin"}},
    ),
}


@pytest.mark.parametrize(("place", "seconds"), [(place, 1000 + number) for number, place in enumerate(PLACES)])
def test_cancel_ends_the_command(
    place: str, seconds: int, plugin: Plugin, servers: SshServers, pool: ThreadPoolExecutor
) -> None:
    """sshd's own way reaches of what sudo runs only its leader, and nothing in a session of root."""
    run = Run(plugin, servers, pool, place, seconds)
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    error = run.error.result(CALL_SECONDS)
    assert error.startswith("cancelled: running ")
    assert "begun" in error
    assert "after" not in error
    wait_until(lambda: not run.sleeps(), "the command and its child are gone")


@pytest.mark.parametrize(("place", "seconds"), [("here", 1020), ("there as root by sudo", 1021)])
def test_a_command_that_ignores_the_request_is_forced(
    place: str, seconds: int, plugin: Plugin, servers: SshServers, pool: ThreadPoolExecutor
) -> None:
    run = Run(plugin, servers, pool, place, seconds, first="trap '' TERM")
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    assert run.error.result(CALL_SECONDS).startswith("cancelled: running ")
    wait_until(lambda: not run.sleeps(), "the command and its child are gone")


def test_a_signal_that_comes_late_reaches_nobody_else(servers: SshServers) -> None:
    """A connection may end while the shell starts that signals: its parent is then everybody's, the first process."""
    source = (PACKAGE_PARENT / "command_provider/signal_siblings.sh").read_text(encoding="utf-8")
    servers.orphan(f"(signal=TERM\n{source})\ntouch /run/signalled")
    wait_until(servers.file("/run/signalled").exists, "the shell is done")
    assert len(servers.running("/usr/sbin/sshd -f")) == 2, "it ended the daemons of the host"


def test_cancel_ends_a_wait_for_a_host(plugin: Plugin, servers: SshServers, pool: ThreadPoolExecutor) -> None:
    connection = servers.connection(servers.first, port=2222, dialErrorLimit=-1)
    error = pool.submit(plugin.create_error, REMOTE, {"create": "true", "connection": connection}, "unreachable")
    wait_until(lambda: "retrying" in plugin.engine.messages("unreachable"), "it dials again")
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    assert error.result(CALL_SECONDS).startswith("cancelled: running ")


def test_an_abandoned_call_ends_the_command(plugin: Plugin, servers: SshServers, pool: ThreadPoolExecutor) -> None:
    inputs = {"create": "sleep 1030", "connection": servers.connection(servers.first)}
    error = pool.submit(plugin.create_error, REMOTE, inputs, seconds=2)
    wait_until(lambda: servers.running("sleep 1030"), "the command runs")
    assert error.result(CALL_SECONDS) == "Deadline Exceeded"
    wait_until(lambda: not servers.running("sleep 1030"), "the command is gone")


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGTERM, 1010), (signal.SIGINT, 1011)])
def test_a_signal_ends_the_commands_and_the_plugin(
    number: int, seconds: int, start_plugin: Callable[..., Plugin], servers: SshServers, pool: ThreadPoolExecutor
) -> None:
    plugin = start_plugin()
    here = Run(plugin, servers, pool, "here", seconds)
    there = Run(plugin, servers, pool, "there", seconds + 2)
    plugin.process.send_signal(number)
    assert plugin.process.wait(CALL_SECONDS) == 0
    assert not here.sleeps()
    wait_until(lambda: not there.sleeps(), "the remote command is gone")


def test_the_plugin_ends_with_the_engine_that_started_it() -> None:
    """A killed engine can tell nobody."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_PARENT)}
    script = f"{sys.executable} -m command_provider & echo $!; wait"
    shell = subprocess.Popen(["sh", "-c", script], env=environment, stdout=subprocess.PIPE, text=True)
    assert shell.stdout is not None
    plugin = Path("/proc") / shell.stdout.readline().strip()
    assert shell.stdout.readline(), "the plugin prints its port"
    shell.kill()
    shell.communicate(timeout=CALL_SECONDS)
    wait_until(lambda: not plugin.exists(), "the plugin is gone")
