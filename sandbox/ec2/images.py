"""The machine images on offer: Debian 12's official ones, as DescribeImages gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from moto.ec2.models.amis import Ami

from sandbox.ec2.base_backend import BaseBackend

DEBIAN = "136693071363"
ROOT_GIB = 8
ARCHITECTURES = {"x86_64": "a", "arm64": "b"}  # and the digit that their images' IDs have
FIRST_BUILT = datetime(2026, 1, 1, tzinfo=UTC)


class Image(Ami):
    """One official Debian image.

    moto's constructor is left out: it makes and deletes a volume for each image, which would reach the machines.
    """

    def __init__(self, backend: Any, ami_id: str, architecture: str, built: datetime, serial: str) -> None:
        name = f"debian-12-{'amd64' if architecture == 'x86_64' else 'arm64'}-{built:%Y%m%d}-{serial}"
        self.ec2_backend = backend
        self.id = ami_id
        self.snapshot_id = ami_id.replace("ami-", "snap-")
        self.name = name
        self.description = f"Debian 12 ({built:%Y%m%d}-{serial})"
        self.image_location = f"amazon/{name}"
        self.owner_id = DEBIAN
        self.owner_alias = None
        self.image_type = "machine"
        self.state = "available"
        self.architecture = architecture
        self.platform = None
        self.kernel_id = None
        self.platform_details = "Linux/UNIX"
        self.usage_operation = "RunInstances"
        self.virtualization_type = "hvm"
        self.hypervisor = "xen"
        self.ena_support = True
        self.sriov = "simple"
        self.sriov_net_support = "simple"
        self.boot_mode = "uefi-preferred" if architecture == "x86_64" else "uefi"
        self.root_device_type = "ebs"
        self.root_device_name = "/dev/xvda"
        self.creation_date = built
        self.product_codes = set()
        self.instance_id = None
        self.launch_permissions = [{"Group": "all"}]

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        root = {
            "SnapshotId": self.snapshot_id,
            "VolumeSize": ROOT_GIB,
            "VolumeType": "gp3",
            "DeleteOnTermination": True,
            "Encrypted": False,
        }
        return [{"DeviceName": self.root_device_name, "Ebs": root}]

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name in {"root-device-type", "root-device-name", "hypervisor", "image-type"}:
            return getattr(self, filter_name.replace("-", "_"))
        return super().get_filter_value(filter_name, method_name)


class Images(BaseBackend):
    """Two generations of each architecture, so that "the newest" and "the one in use" can differ."""

    def get_image(self, ami_id: str) -> Image:
        # Every image is one: there is nothing to make others from, and moto's own are not loaded.
        return cast(Image, self.describe_images(ami_ids=[ami_id])[0])

    def _load_amis(self) -> None:
        self.publish_images()
        self.publish_images()

    def publish_images(self) -> list[str]:
        """One more generation, a month newer than the one before; returns the names."""
        with self.lock:
            generation = len(self.amis) // len(ARCHITECTURES)
            built = FIRST_BUILT + generation * timedelta(days=30)
            new = {f"ami-0deb12{digit}{generation:010d}": architecture for architecture, digit in ARCHITECTURES.items()}
            for ami_id, architecture in new.items():
                self.amis[ami_id] = Image(self, ami_id, architecture, built, f"200{generation}")
            return [str(self.amis[ami_id].name) for ami_id in new]
