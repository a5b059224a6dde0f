"""After a killed engine `make up` converges by itself, or says exactly what a person must do."""

import json
import os
import socket
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sandbox.cli import recovery
from sandbox.cli.engine import Engine
from sandbox.cli.paths import CliError, RegionPaths

pytestmark = pytest.mark.unit

INSTANCE_URN = "urn:pulumi:sandbox::etcd::etcd-aws:index:EtcdCluster$aws:ec2/instance:Instance::etcd-etcd-2"
GATE_URN = "urn:pulumi:sandbox::etcd::etcd-aws:index:EtcdCluster$command:remote:Command::etcd-prepare-etcd-2"


class RecordedEngine(Engine):
    """Answers `pulumi` and the search through the EC2 API from what a test says."""

    def ask(self, arguments: list[str], cwd: Path = Path()) -> str:
        del cwd
        told = vars(self)
        told.setdefault("asked", []).append(arguments)
        match arguments[:3]:
            case ["pulumi", "stack", "export"]:
                return json.dumps({"version": 3, "deployment": told["deployment"]})
            case ["python", "-m", "sandbox.cli.unmanaged"]:
                return json.dumps({"candidates": {}, "unsearchable": [], "strays": [], **told["findings"]})
            case ["pulumi", "stack", "import"]:
                told["imported"] = json.loads(Path(arguments[-1]).read_text(encoding="utf-8"))["deployment"]
        return ""


@pytest.fixture
def engine(tmp_path: Path) -> RecordedEngine:
    """An engine that died while it made an instance and ran a command."""
    nothing: Any = None
    paths = RegionPaths(tmp_path, "local")
    console = Console(file=StringIO(), width=200)
    engine = RecordedEngine(paths, nothing, nothing, "sandbox", console)
    operations = [
        {"type": "creating", "resource": {"urn": INSTANCE_URN, "custom": True, "type": "aws:ec2/instance:Instance"}},
        {"type": "creating", "resource": {"urn": GATE_URN, "custom": True, "type": "command:remote:Command"}},
    ]
    vars(engine)["deployment"] = {"resources": [], "pending_operations": operations}
    vars(engine)["findings"] = {}
    checkpoint = paths.checkpoint("sandbox")
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text(json.dumps({"pending_operations": operations}), encoding="utf-8")
    return engine


def said(engine: RecordedEngine) -> str:
    assert isinstance(engine.console.file, StringIO)
    return engine.console.file.getvalue()


def lock_held_by(engine: RecordedEngine, process_id: int) -> Path:
    path = engine.paths.locks("sandbox") / "1.json"
    path.parent.mkdir(parents=True)
    now = datetime.now(UTC).isoformat()
    content = {"pid": process_id, "hostname": socket.gethostname(), "username": "root", "timestamp": now}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_live_engine_keeps_its_lock_and_the_message_has_the_exact_command(engine: RecordedEngine) -> None:
    path = lock_held_by(engine, os.getpid())

    with pytest.raises(CliError, match=r"\./sandbox/run pulumi cancel -s sandbox --yes") as refused:
        recovery.clear_the_way(engine)

    assert f"process {os.getpid()} of root@" in str(refused.value)
    assert path.exists()


def test_dead_engines_lock_is_cleared_and_named(engine: RecordedEngine) -> None:
    path = lock_held_by(engine, 2**22 + 1)  # no process has such an ID: it is above the kernel's limit

    assert recovery.clear_the_way(engine)

    assert not path.exists()
    assert "process 4194305 of root@" in said(engine)


def test_instance_made_in_flight_is_taken_over_with_a_refresh(engine: RecordedEngine) -> None:
    vars(engine)["findings"] = {"candidates": {INSTANCE_URN: ["i-1"]}}

    assert recovery.mend(engine, after_crash=True)

    imported = vars(engine)["imported"]
    assert [(each["urn"], each["id"]) for each in imported["resources"]] == [(INSTANCE_URN, "i-1")]
    assert "etcd-etcd-2 was being created and exists as i-1: taken over." in said(engine)
    assert "etcd-prepare-etcd-2 was being created and is made again." in said(engine)
    assert not list(engine.paths.folder.glob(".*port.json")), "a copy of the state was left behind"


def test_instance_that_was_not_made_is_forgotten(engine: RecordedEngine) -> None:
    vars(engine)["findings"] = {"candidates": {INSTANCE_URN: []}}

    assert recovery.mend(engine, after_crash=False)

    assert vars(engine)["imported"] == {"resources": []}
    assert "does not exist: made again" in said(engine)


@pytest.mark.parametrize("resources", [[], [{"urn": INSTANCE_URN, "id": "i-0"}]])
def test_choice_among_instances_is_left_to_a_person(engine: RecordedEngine, resources: list[dict[str, Any]]) -> None:
    """Two were made, or one was made beside the one in the state that it should replace."""
    vars(engine)["deployment"]["resources"] = resources
    vars(engine)["findings"] = {"candidates": {INSTANCE_URN: ["i-1"] if resources else ["i-1", "i-2"]}}

    with pytest.raises(CliError, match=r"\./sandbox/run aws-terminate i-1"):
        recovery.mend(engine, after_crash=True)

    assert "imported" not in vars(engine)


def test_stray_instance_is_named_with_both_remedies(engine: RecordedEngine) -> None:
    engine.paths.checkpoint("sandbox").write_text("{}", encoding="utf-8")
    vars(engine)["findings"] = {"strays": [{"instance_id": "i-9", "name": "etcd-3"}]}

    assert recovery.mend(engine, after_crash=True)

    assert "./sandbox/run aws-terminate i-9" in said(engine)
    assert "aws:ec2/instance:Instance NAME i-9" in said(engine)


def test_nothing_is_asked_when_nothing_is_pending(engine: RecordedEngine) -> None:
    engine.paths.checkpoint("sandbox").write_text("{}", encoding="utf-8")

    assert not recovery.mend(engine, after_crash=False)

    assert "asked" not in vars(engine)


def test_a_state_that_a_kill_left_empty_comes_back_from_its_copy(tmp_path: Path) -> None:
    checkpoint = tmp_path / "sandbox.json"
    for name, text in {"": "", ".bak": '{"version": 3}', ".attrs": "", ".bak.attrs": '{"user.x": ""}'}.items():
        checkpoint.with_name(f"sandbox.json{name}").write_text(text)

    recovery.restore_half_written(checkpoint)

    assert checkpoint.read_text() == '{"version": 3}'
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "sandbox.json",
        "sandbox.json.bak",
        "sandbox.json.bak.attrs",
    ]


def test_a_state_that_is_whole_stays_as_it_is(tmp_path: Path) -> None:
    checkpoint = tmp_path / "sandbox.json"
    checkpoint.write_text("new")
    checkpoint.with_name("sandbox.json.bak").write_text("old")
    recovery.restore_half_written(checkpoint)
    assert checkpoint.read_text() == "new"
