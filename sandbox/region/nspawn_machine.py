"""One machine of the region: its root filesystem, its disks, and whether it is on."""

from __future__ import annotations

import itertools
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from sandbox.machines.machines import MachineError, MachineSpec, MachineState
from sandbox.region import cgroups, disks, seed
from sandbox.region.disks import Disks
from sandbox.region.host_commands import run
from sandbox.region.network import Network
from sandbox.region.nspawn import REBOOT_EXIT_CODE, SIGNAL_POWER_OFF, SIGNAL_REBOOT, Boot

SHUTDOWN_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class RegionContext:
    """What the machines of one region share."""

    tag: str
    folder: Path
    layer: Path
    image: Path
    logs: Path
    control_groups: list[Path]
    network: Network
    disks: Disks


class NspawnMachine:
    """A machine. One thing at a time is done to it; its state can be asked for at any time."""

    def __init__(self, context: RegionContext, spec: MachineSpec) -> None:
        self.spec = spec
        self._context = context
        self._folder = context.folder / spec.instance_id
        self._root = self._folder / "root"
        self.console = context.logs / f"{spec.instance_id}.log"
        self._volumes: dict[str, str] = {}  # node name -> volume ID
        self._boot: Boot | None = None
        self._may_reboot = False
        self._rebooting = False
        self._lock = threading.RLock()
        try:
            self._make_root()
            for device in sorted(spec.volumes):
                self._plug(spec.volumes[device])
        except MachineError:
            self.delete()
            raise

    def state(self) -> MachineState:
        """The truth. As on EC2, a machine that reboots is running all the while."""
        rebooting, boot = self._rebooting, self._boot
        if boot is None:
            return "stopped"
        code = boot.exit_code()
        coming_back = rebooting or (self._may_reboot and code == REBOOT_EXIT_CODE)
        return "running" if coming_back or code is None else "stopped"

    def power_on(self) -> None:
        """Boot it."""
        with self._lock:
            if self._boot:
                if self._boot.on():
                    return
                self._boot.wait()
            self._write_table()
            self._context.network.forget_neighbour(self.spec.address, self.spec.subnet_id)
            self._boot = boot = Boot(
                name=f"{self._context.tag}-{self.spec.instance_id}",
                root=self._root,
                bridge=self._context.network.get(self.spec.subnet_id).bridge,
                console=self.console,
                control_groups=cgroups.create_machine(self._context.control_groups, self.spec.instance_id),
            )
            self._may_reboot = True
            threading.Thread(
                target=self._watch, args=(boot,), name=f"watch {self.spec.instance_id}", daemon=True
            ).start()

    def power_off(self) -> None:
        """Shut it down in order; pull the plug when that takes too long."""
        with self._lock:
            self._may_reboot = False
            if self._boot and not self._boot.signal_until_off(SIGNAL_POWER_OFF, SHUTDOWN_TIMEOUT_SECONDS):
                self._boot.kill()
            if self._boot:
                self._boot.wait()

    def reboot(self) -> None:
        """Shut it down in order and boot it again."""
        with self._lock:
            self._may_reboot = False
            self._rebooting = True
            try:
                if self._boot and not self._boot.signal_until_off(SIGNAL_REBOOT, SHUTDOWN_TIMEOUT_SECONDS):
                    self._boot.kill()
                self.power_on()
            finally:
                self._rebooting = False

    def delete(self) -> None:
        """Power it off and remove its root filesystem. Its volumes are let go of."""
        with self._lock:
            self.power_off()
            for volume_id in self._volumes.values():
                self._context.disks.detach(volume_id)
            self._volumes.clear()
            if self._root.is_mount():
                run("umount", str(self._root))
            shutil.rmtree(self._folder)
            for group in self._context.control_groups:
                cgroups.remove_tree(group / self.spec.instance_id)

    def attach(self, volume_id: str) -> None:
        """Plug a volume in."""
        with self._lock:
            self._plug(volume_id)
            try:
                self._show_disks()
            except MachineError:
                self._unplug(volume_id)
                raise

    def detach(self, volume_id: str) -> None:
        """Pull a volume out."""
        with self._lock:
            if self.mounted(volume_id):
                raise MachineError(f"volume {volume_id} is mounted in {self.spec.instance_id}; unmount it there first")
            self._unplug(volume_id)
            self._show_disks()

    def mounted(self, volume_id: str) -> bool:
        """Whether the machine has a filesystem of the volume mounted."""
        self._node(volume_id)
        loop = self._context.disks.device(volume_id)
        return self._boot is not None and f"{loop.major}:{loop.minor}" in self._boot.mounted_devices()

    def _make_root(self) -> None:
        self._folder.mkdir(mode=0o700)
        for name in ("upper", "work", "root"):
            (self._folder / name).mkdir(mode=0o755)
        options = (
            f"lowerdir={self._context.layer}:{self._context.image}"
            f",upperdir={self._folder / 'upper'},workdir={self._folder / 'work'}"
        )
        run("mount", "-t", "overlay", "-o", options, "overlay", str(self._root))
        seed.write(self._root, self.spec, self._context.network.get(self.spec.subnet_id))

    def _watch(self, boot: Boot) -> None:
        """Boot again when the machine rebooted by itself."""
        if boot.wait() == REBOOT_EXIT_CODE:
            with self._lock:
                if self._boot is not boot or not self._may_reboot:
                    return
                try:
                    self.power_on()
                except BaseException:
                    self._may_reboot = False  # so it is off
                    raise

    def _plug(self, volume_id: str) -> None:
        """Give the volume the first free node name; nvme0n1 is an EC2 machine's root disk."""
        node = next(name for number in itertools.count(1) if (name := f"nvme{number}n1") not in self._volumes)
        self._context.disks.attach(volume_id)
        self._volumes[node] = volume_id

    def _unplug(self, volume_id: str) -> None:
        del self._volumes[self._node(volume_id)]
        self._context.disks.detach(volume_id)

    def _node(self, volume_id: str) -> str:
        for node, attached in self._volumes.items():
            if attached == volume_id:
                return node
        raise MachineError(f"volume {volume_id} is not attached to {self.spec.instance_id}")

    def _show_disks(self) -> None:
        """Make a running machine see its disks as they are now; one that is off will at its next boot."""
        self._write_table()
        if self._boot and self._boot.on():
            self._boot.run_inside("/usr/lib/sandbox/disks")

    def _write_table(self) -> None:
        volumes = [(node, volume, self._context.disks.device(volume)) for node, volume in sorted(self._volumes.items())]
        (self._root / disks.TABLE).write_text(disks.table(volumes))
