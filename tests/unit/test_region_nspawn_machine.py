"""A machine that reboots is running all the while, also in the moment between two boots."""

from pathlib import Path
from unittest.mock import MagicMock

import pytest

from sandbox.machines.machines import MachineError, MachineSpec
from sandbox.region.nspawn import REBOOT_EXIT_CODE
from sandbox.region.nspawn_machine import NspawnMachine

pytestmark = pytest.mark.unit

SPEC = MachineSpec(
    instance_id="i-1",
    name="ip-192-168-0-100",
    subnet_id="subnet-1",
    address="192.168.0.100",
    mac="02:00:00:00:00:01",
    user_data=b"",
    authorized_keys=[],
    instance_type="m7i.large",
)


def boot(exit_code: int | None) -> MagicMock:
    return MagicMock(exit_code=lambda: exit_code, on=lambda: exit_code is None, wait=lambda: exit_code)


@pytest.fixture
def network() -> MagicMock:
    return MagicMock()


@pytest.fixture
def rebooted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, network: MagicMock) -> NspawnMachine:
    """A machine whose first boot ended with a reboot, which nobody has seen yet."""
    monkeypatch.setattr(NspawnMachine, "_make_root", lambda _: None)
    monkeypatch.setattr(NspawnMachine, "_write_table", lambda _: None)
    monkeypatch.setattr("sandbox.region.nspawn_machine.cgroups.create_machine", lambda *_: [])
    monkeypatch.setattr("sandbox.region.nspawn_machine.threading.Thread", MagicMock())
    monkeypatch.setattr("sandbox.region.nspawn_machine.Boot", lambda **_: boot(REBOOT_EXIT_CODE))
    made = NspawnMachine(MagicMock(folder=tmp_path, logs=tmp_path, network=network), SPEC)
    made.power_on()
    return made


def test_it_is_running_while_its_next_boot_is_made(
    rebooted: NspawnMachine, network: MagicMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(*_: object, **__: object) -> MagicMock:
        seen.append(rebooted.state())
        return boot(None)

    network.forget_neighbour = look
    monkeypatch.setattr("sandbox.region.nspawn_machine.Boot", look)
    assert rebooted.state() == "running"
    rebooted._watch(rebooted._boot)  # type: ignore[arg-type]
    assert seen == ["running", "running"]
    assert rebooted.state() == "running"


def test_it_is_stopped_when_its_next_boot_fails(rebooted: NspawnMachine, network: MagicMock) -> None:
    network.forget_neighbour = MagicMock(side_effect=MachineError("no memory"))
    with pytest.raises(MachineError):
        rebooted._watch(rebooted._boot)  # type: ignore[arg-type]
    assert rebooted.state() == "stopped"
