"""Runs that were killed between any two steps: the next run ends where an undisturbed one does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.machine import Machine
from tests.scripts.releases import Releases
from tests.scripts.written_files import FILES

Variables = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A step of components/host/steps, how it is run, and a machine on which it has something to do."""

    step: str
    action: str
    machine: Callable[[Path], tuple[Machine, Variables]]


def empty(folder: Path, size: int = 3) -> tuple[Machine, Variables]:
    machine = Machine(folder, size=size)
    machine.has_files()
    return machine, {}


def alone(folder: Path) -> tuple[Machine, Variables]:
    machine, variables = empty(folder, size=1)
    machine.set(join="")
    return machine, variables


def new_configuration(folder: Path, size: int = 3) -> tuple[Machine, Variables]:
    machine = Machine(folder, size=size)
    machine.has_joined()
    machine.see_cluster("3.6.14", leader=1)
    for number in range(1, size):
        machine.set(**{f"peer_{100 + number}": "[]"})
    machine.change_configuration()
    return machine, {}


def stopped(folder: Path) -> tuple[Machine, Variables]:
    machine, variables = new_configuration(folder)
    machine.set(etcd="inactive")
    machine.unset("enabled")
    return machine, variables


def empty_volume(folder: Path) -> tuple[Machine, Variables]:
    machine = Machine(folder)
    machine.has_device()
    return machine, {}


def pushed_release(folder: Path) -> tuple[Machine, Variables]:
    machine = Machine(folder)
    machine.has_files()
    (folder / "pushed").mkdir()
    releases = Releases(machine, folder / "pushed")
    releases.install(releases.push("3.5.9"))
    return machine, dict(releases.push("3.5.11"))


def new_files(folder: Path) -> tuple[Machine, Variables]:
    return Machine(folder), dict(FILES)


def running(folder: Path) -> tuple[Machine, Variables]:
    machine = Machine(folder)
    machine.has_joined()
    machine.see_cluster("3.5.11", leader=1)
    return machine, {}


def larger_volume(folder: Path) -> tuple[Machine, Variables]:
    machine, _ = running(folder)
    machine.has_device(bytes=40 * 1024**3, blocks=1, online_resize_denied="")
    return machine, {"size_gib": 40}


CASES = {
    "bootstrap": Case("bootstrap", "create", empty),
    "bootstrap of one": Case("bootstrap", "create", alone),
    "mount": Case("mount", "create", empty_volume),
    "install": Case("install", "update", pushed_release),
    "configure": Case("configure", "create", new_files),
    "start": Case("start", "update", stopped),
    "restart": Case("start", "update", new_configuration),
    "restart of seven": Case("start", "update", lambda folder: new_configuration(folder, 7)),
    "stop": Case("stop", "delete", running),
    "resize": Case("resize-filesystem", "update", larger_volume),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_killed_run_is_finished_by_the_next_one(case: Case, tmp_path: Path) -> None:
    undisturbed, variables = case.machine(tmp_path / "undisturbed")
    assert undisturbed.run(case.step, case.action, **variables).status == 0
    wanted, steps = undisturbed.state(), undisturbed.steps()
    assert steps, "this machine had nothing to do"
    for number in range(1, steps + 1):
        machine, variables = case.machine(tmp_path / f"killed-at-{number}")
        assert machine.run(case.step, case.action, kill_at=number, **variables).status < 0
        again = machine.run(case.step, case.action, **variables)
        assert again.status == 0, f"after a kill at step {number}: {again.err}"
        assert machine.state() == wanted, f"after a kill at step {number}"


def test_a_bootstrap_that_was_killed_never_leaves_what_looks_like_a_lost_log(tmp_path: Path) -> None:
    """The mark of a volume in use comes after the permit: the other way round its next run would refuse."""
    done, _ = empty(tmp_path / "done")
    done.run("bootstrap", "create")
    for number in range(1, done.steps() + 1):
        machine, _ = empty(tmp_path / str(number))
        machine.run("bootstrap", "create", kill_at=number)
        files = machine.on_volume()
        assert ".permit" in files or ".identity" not in files
