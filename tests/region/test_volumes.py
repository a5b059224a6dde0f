"""A volume is what the program expects of EBS: found by its ID, mounted by fstab at every boot, held while mounted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sandbox.machines.machines import MachineError
from tests.region.remote_machines import RemoteMachines
from tests.region.ssh_machine import Identity, SshMachine

CAP_SYS_RESOURCE = 24  # capabilities(7), linux/capability.h
BY_ID = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0data"

FORMAT_AND_MOUNT = f"""
set -eu
sudo mkfs.ext4 -q {BY_ID}
uuid=$(sudo blkid --probe --output value --match-tag UUID {BY_ID})
sudo mkdir /var/lib/data
echo "UUID=$uuid /var/lib/data ext4 defaults,noatime,nofail 0 2" | sudo tee -a /etc/fstab
sudo systemctl daemon-reload
sudo systemctl start var-lib-data.mount
test "$(sudo findmnt --noheadings --output UUID --mountpoint /var/lib/data)" = "$uuid"
echo precious | sudo tee /var/lib/data/file
sudo sync
"""

# As a program's own unit would depend on it.
READER = """
sudo tee /etc/systemd/system/reader.service <<EOF
[Unit]
RequiresMountsFor=/var/lib/data
[Service]
Type=oneshot
ExecStart=cp /var/lib/data/file /run/seen
[Install]
WantedBy=multi-user.target
EOF
sudo systemctl enable reader.service
"""


def may_resize_ext4() -> bool:
    """Whether the host lets its machines have what ext4 wants for it (ext4_resize_begin in the kernel)."""
    bounds = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapBnd"))
    return bool(int(bounds.split()[1], 16) >> CAP_SYS_RESOURCE & 1)


@pytest.fixture(scope="module")
def machine(machines: RemoteMachines, identity: Identity) -> SshMachine:
    """A machine with a formatted volume in its fstab."""
    machines.create_volume("vol-0data", 4)
    machine = SshMachine.boot(machines, identity, number=120)
    machines.attach(machine.instance_id, "vol-0data", "/dev/sdf")
    machine.wait_for_ssh()
    machine.ssh(FORMAT_AND_MOUNT)
    machine.ssh(READER)
    return machine


def test_it_takes_no_room_before_it_is_written(machines: RemoteMachines) -> None:
    machines.create_volume("vol-0sparse", 100)
    file = machines.region.folder / "volumes" / "vol-0sparse.img"
    assert file.stat().st_size == 100 * 1024**3
    assert file.stat().st_blocks == 0
    machines.delete_volume("vol-0sparse")
    assert not file.exists()


def test_it_is_mounted_before_those_who_need_it_after_a_reboot(machine: SshMachine) -> None:
    machine.machines.reboot(machine.instance_id)
    machine.wait_for_ssh()
    assert machine.ssh("cat /run/seen").stdout == "precious\n"


def test_it_is_mounted_before_those_who_need_it_after_stop_and_start(machine: SshMachine) -> None:
    machine.machines.stop(machine.instance_id)
    assert not machine.machines.mounted(machine.instance_id, "vol-0data")
    machine.machines.start(machine.instance_id)
    machine.wait_for_ssh()
    assert machine.ssh("cat /run/seen").stdout == "precious\n"
    assert machine.machines.mounted(machine.instance_id, "vol-0data")


def test_a_new_filesystem_is_found_by_its_uuid_without_asking(machine: SshMachine) -> None:
    machine.machines.create_volume("vol-0more", 1)
    machine.machines.attach(machine.instance_id, "vol-0more", "/dev/sdg")
    machine.ssh("sudo mkfs.ext4 -q -L more /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0more")
    deadline = time.monotonic() + 5
    while machine.ssh("sudo mount /dev/disk/by-label/more /mnt", check=False).returncode != 0:
        assert time.monotonic() < deadline, "nothing made the link, as udev would"
    assert machine.machines.mounted(machine.instance_id, "vol-0more")
    machine.ssh("sudo umount /mnt")
    machine.machines.detach(machine.instance_id, "vol-0more")
    assert "more" not in machine.ssh("ls /dev/disk/*").stdout
    machine.machines.delete_volume("vol-0more")


def test_it_is_seen_to_grow_while_it_is_mounted(machine: SshMachine) -> None:
    machine.machines.grow_volume("vol-0data", 6)
    assert int(machine.ssh(f"sudo blockdev --getsize64 {BY_ID}").stdout) == 6 * 1024**3
    assert machine.ssh("cat /var/lib/data/file").stdout == "precious\n"


@pytest.mark.skipif(not may_resize_ext4(), reason="resizing ext4 takes CAP_SYS_RESOURCE, which this host lacks")
def test_its_filesystem_grows_while_mounted(machine: SshMachine) -> None:
    machine.machines.grow_volume("vol-0data", 7)
    machine.ssh(f"sudo resize2fs {BY_ID}")
    assert int(machine.ssh("df --output=size --block-size=1M /var/lib/data | tail -1").stdout) > 6 * 1024
    assert machine.ssh("cat /var/lib/data/file").stdout == "precious\n"


def test_a_mounted_volume_is_not_taken_away(machine: SshMachine) -> None:
    assert machine.machines.mounted(machine.instance_id, "vol-0data")
    with pytest.raises(MachineError, match="mounted in"):
        machine.machines.detach(machine.instance_id, "vol-0data")
    assert machine.ssh("cat /var/lib/data/file").stdout == "precious\n"


def test_an_attached_volume_is_neither_attached_again_nor_deleted(machine: SshMachine) -> None:
    with pytest.raises(MachineError, match="attached already"):
        machine.machines.attach(machine.instance_id, "vol-0data", "/dev/sdg")
    with pytest.raises(MachineError, match="detach it first"):
        machine.machines.delete_volume("vol-0data")


def test_it_outlives_its_machine_and_serves_the_next_from_the_first_boot(machine: SshMachine) -> None:
    machine.ssh("sudo systemctl start var-lib-data.mount")
    machine.machines.terminate(machine.instance_id)
    following = SshMachine.boot(machine.machines, machine.identity, number=121, volumes={"/dev/sdf": "vol-0data"})
    following.wait_for_ssh()
    assert following.ssh(f"sudo mount {BY_ID} /mnt && cat /mnt/file").stdout == "precious\n"
    following.machines.terminate(following.instance_id)
