"""A region of the tests' own, driven by the commands that a newcomer types."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]

P = ParamSpec("P")
T = TypeVar("T")


class CommandError(AssertionError):
    """A command that should have worked; its message shows what it printed."""


@dataclass(frozen=True)
class Sandbox:
    """One region, in a state folder of its own, and one stack in it."""

    state: Path
    region: str
    stack: str = "sandbox"

    @property
    def folder(self) -> Path:
        return self.state / self.region

    @property
    def access(self) -> Path:
        """The CA, the admin's certificate and key, and the files for ssh."""
        return self.folder / "access"

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

    def call(self, function: Callable[P, T], *arguments: P.args, **_: P.kwargs) -> T:
        """The result of a function of the tests that runs inside the region; positional arguments only."""
        module, name = function.__module__, function.__name__
        done = self.run(sys.executable, "-m", "tests.framework.region_call", module, name, json.dumps(arguments))
        result: T = json.loads(done.stdout)
        return result

    def pulumi(
        self, *arguments: str, check: bool = True, timeout_seconds: int = 600
    ) -> subprocess.CompletedProcess[str]:
        return self.run("pulumi", *arguments, "-s", self.stack, check=check, timeout_seconds=timeout_seconds)

    def up(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.pulumi("up", "--yes", "--skip-preview", "--non-interactive", *arguments, check=check)

    def refused(self, *command: str) -> str:
        """The output of a command of Pulumi's that must fail."""
        done = self.pulumi(*command, "--non-interactive", check=False)
        assert done.returncode != 0, f"pulumi {' '.join(command)} was not refused"
        return done.stdout + done.stderr

    def plans_nothing(self) -> None:
        self.pulumi("preview", "--expect-no-changes", "--non-interactive")

    def configure(self, **settings: Any) -> None:
        """Sets these in the region's copy of the stack's file, also before the region is up; None takes one out."""
        file = self.folder / f"Pulumi.{self.stack}.yaml"
        content = yaml.safe_load(file.read_text()) if file.exists() else {"config": {}}
        config = {**content["config"], **{f"etcd:{key}": value for key, value in settings.items()}}
        content["config"] = {key: value for key, value in config.items() if value is not None}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content))

    def exported(self) -> dict[str, Any]:
        """The stack's state with its secrets."""
        text = self.pulumi("stack", "export", "--show-secrets").stdout
        state: dict[str, Any] = json.loads(text)["deployment"]
        return state

    def state_kept(self) -> dict[str, Any]:
        """The same from the backend's file, at once; secrets are encrypted there."""
        text = (self.folder / f"backend/.pulumi/stacks/etcd/{self.stack}.json").read_text()
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
        """etcdctl's answer, from all members unless told otherwise."""
        return json.loads(self.run("etcdctl", *arguments, "--write-out=json").stdout)

    def ssh(self, host: str, command: str, *, check: bool = True, stdin: str | None = None, merge: bool = False) -> str:
        """What a shell command prints on a machine, as the program's login; errors too if merged."""
        line = ["./sandbox/run", "ssh", "-o", "BatchMode=yes", host, command]
        done = self._finish(line, check=check, timeout_seconds=120, stdin=stdin)
        return done.stdout + done.stderr if merge else done.stdout

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
