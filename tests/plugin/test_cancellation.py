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

from tests.plugin.hosts import Host, Hosts
from tests.plugin.plugin import CALL_SECONDS, PACKAGE_PARENT, Plugin, Properties

pytestmark = pytest.mark.region

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

    def __init__(self, plugin: Plugin, hosts: Hosts, host: Host | None, seconds: int, pool: ThreadPoolExecutor) -> None:
        self._hosts = hosts
        self._host = host
        self.marker = f"sleep {seconds}"
        inputs: Properties = {"create": f"echo begun; {self.marker} & {self.marker}; echo after"}
        kind = LOCAL
        if host:
            kind, inputs["connection"] = REMOTE, hosts.connection(host)
        self.error: Future[str] = pool.submit(plugin.create_error, kind, inputs)
        wait_until(lambda: len(self.sleeps()) == 2, f"{self.marker} runs")

    def sleeps(self) -> list[str]:
        if self._host:
            return [line for line in self._hosts.running(self.marker) if line == self.marker]
        listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout
        return [line for line in listed.splitlines() if line == self.marker]


@pytest.mark.parametrize(("place", "seconds"), [("local", 1001), ("first", 1002), ("plain_shell", 1003)])
def test_cancel_ends_the_command(
    place: str, seconds: int, plugin: Plugin, hosts: Hosts, pool: ThreadPoolExecutor
) -> None:
    """sshd passes no signal on in a session of root, as it passes none to what sudo runs."""
    run = Run(plugin, hosts, getattr(hosts, place, None), seconds, pool)
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    error = run.error.result(CALL_SECONDS)
    assert error.startswith("cancelled: running ")
    assert error.endswith("begun\n")
    wait_until(lambda: not run.sleeps(), "the command and its child are gone")


def test_a_command_that_ignores_the_request_is_forced(plugin: Plugin, pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    inputs = {"create": f"trap '' TERM; touch {begun}; sleep 1004; sleep 1004"}
    error = pool.submit(plugin.create_error, LOCAL, inputs)
    wait_until(begun.exists, "the command has set its trap")
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    assert error.result(CALL_SECONDS).startswith("cancelled: running ")


def test_cancel_ends_a_wait_for_a_host(plugin: Plugin, hosts: Hosts, pool: ThreadPoolExecutor) -> None:
    connection = hosts.connection(hosts.first, port=2222, dialErrorLimit=-1)
    error = pool.submit(plugin.create_error, REMOTE, {"create": "true", "connection": connection}, "unreachable")
    wait_until(lambda: "retrying" in plugin.engine.messages("unreachable"), "it dials again")
    plugin.stub.Cancel(empty_pb2.Empty(), timeout=CALL_SECONDS)
    assert error.result(CALL_SECONDS).startswith("cancelled: running ")


def test_an_abandoned_call_ends_the_command(plugin: Plugin, hosts: Hosts, pool: ThreadPoolExecutor) -> None:
    inputs = {"create": "sleep 1005", "connection": hosts.connection(hosts.first)}
    error = pool.submit(plugin.create_error, REMOTE, inputs, seconds=2)
    wait_until(lambda: hosts.running("sleep 1005"), "the command runs")
    assert error.result(CALL_SECONDS) == "Deadline Exceeded"
    wait_until(lambda: not hosts.running("sleep 1005"), "the command is gone")


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGTERM, 1006), (signal.SIGINT, 1007)])
def test_a_signal_ends_the_commands_and_the_plugin(
    number: int, seconds: int, start_plugin: Callable[..., Plugin], hosts: Hosts, pool: ThreadPoolExecutor
) -> None:
    plugin = start_plugin()
    here = Run(plugin, hosts, None, seconds, pool)
    there = Run(plugin, hosts, hosts.first, seconds, pool)
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
