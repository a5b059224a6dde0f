"""A region of the tests' own, driven by the commands that a newcomer types."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
MEMBERS = ("etcd-1", "etcd-2", "etcd-3")
ADDRESSES = ("192.168.0.100", "192.168.0.101", "192.168.0.102")
ENDPOINTS = tuple(f"https://{address}:2379" for address in ADDRESSES)


class CommandError(AssertionError):
    """A command that should have worked; its message shows what it printed."""


@dataclass(frozen=True)
class Sandbox:
    """One region, in a state folder of its own."""

    state: Path
    region: str

    @property
    def folder(self) -> Path:
        return self.state / self.region

    def environment(self) -> dict[str, str]:
        # Then this Python starts ./sandbox/run: a shim of that name, such as pyenv's, takes longer than many a command.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "SANDBOX_STATE": str(self.state), "SANDBOX_REGION": self.region}

    def make(self, target: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._finish(["make", "--no-print-directory", target], check=check, timeout_seconds=600)

    def run(
        self, *command: str, check: bool = True, timeout_seconds: int = 300, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`./sandbox/run COMMAND…`"""
        return self._finish(["./sandbox/run", *command], check=check, timeout_seconds=timeout_seconds, stdin=stdin)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """The same in the background, in a process group of its own."""
        return subprocess.Popen(
            ["./sandbox/run", *command],
            cwd=CHECKOUT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def pulumi(
        self, *arguments: str, check: bool = True, timeout_seconds: int = 600
    ) -> subprocess.CompletedProcess[str]:
        return self.run("pulumi", *arguments, "-s", "sandbox", check=check, timeout_seconds=timeout_seconds)

    def up(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.pulumi("up", "--yes", "--skip-preview", "--non-interactive", *arguments, check=check)

    def exported(self) -> dict[str, Any]:
        """The stack's state with its secrets."""
        text = self.pulumi("stack", "export", "--show-secrets").stdout
        state: dict[str, Any] = json.loads(text)["deployment"]
        return state

    def state_kept(self) -> dict[str, Any]:
        """The same from the backend's file, at once; secrets are encrypted there."""
        text = (self.folder / "backend/.pulumi/stacks/etcd/sandbox.json").read_text()
        state: dict[str, Any] = json.loads(text)["checkpoint"]["latest"]
        return state

    def resource(self, name: str, *, secrets: bool = False) -> dict[str, Any]:
        """One resource of the state by its logical name."""
        resources = (self.exported() if secrets else self.state_kept())["resources"]
        found = [each for each in resources if each["urn"].endswith(f"::{name}") and each.get("custom")]
        assert len(found) == 1, f"{len(found)} resources in the state are named {name}"
        one: dict[str, Any] = found[0]
        return one

    def etcdctl(self, *arguments: str) -> Any:
        """etcdctl's answer, from all three members unless told otherwise."""
        return json.loads(self.run("etcdctl", *arguments, "--write-out=json").stdout)

    def healthy(self) -> bool:
        answer = self.run("etcdctl", "endpoint", "health", "--cluster", "--write-out=json", check=False)
        return answer.returncode == 0 and len(json.loads(answer.stdout)) == len(MEMBERS)

    def ssh(
        self, member: str, command: str, *, check: bool = True, stdin: str | None = None, merge: bool = False
    ) -> str:
        """What a shell command prints on a member's machine, as the program's login; errors too if merged."""
        line = ["./sandbox/run", "ssh", "-o", "BatchMode=yes", member, command]
        done = self._finish(line, check=check, timeout_seconds=120, stdin=stdin)
        return done.stdout + done.stderr if merge else done.stdout

    def boot_of(self, member: str) -> str:
        """Another text after each boot of the member's machine; empty while it does not answer."""
        return self.ssh(member, "systemctl show --property=UserspaceTimestampMonotonic --value", check=False)

    def pids(self) -> dict[str, str]:
        """The process of each member's etcd: another one after a restart."""
        show = "systemctl show --property=MainPID --value etcd"
        return {member: self.ssh(member, show).strip() for member in MEMBERS}

    def python(self, source: str, *arguments: str) -> str:
        """What a Python program prints that runs inside the region's network."""
        return self.run(sys.executable, "-c", source, *arguments).stdout

    def _finish(
        self, command: Sequence[str], *, check: bool, timeout_seconds: int, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        given: Mapping[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
            **given,
        )
        if check and done.returncode != 0:
            raise CommandError(
                f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
            )
        return done


def plain(value: object) -> str:
    """A value of an export; a secret is JSON inside."""
    if isinstance(value, dict):
        return str(json.loads(value["plaintext"]))
    return str(value)
