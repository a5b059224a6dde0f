"""One instance as the API describes it. What it may do is in `lifecycle`, how it comes to be in `launch`."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.instances import Instance, InstanceState, StateReason
from moto.ec2.models.security_groups import SecurityGroup

from sandbox.ec2.worker import Worker

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


class MachineInstance(Instance):
    """An instance with a machine behind it and a worker that tells the machine what to do."""

    def __init__(self, backend: Any, request: dict[str, Any], interface_id: str, subnet_id: str) -> None:
        super().__init__(
            backend,
            request["ImageId"],
            request.get("UserData"),
            [],
            instance_type=request["InstanceType"],
            key_name=request.get("KeyName"),
            subnet_id=subnet_id,
            nics=[{"DeviceIndex": 0, "NetworkInterfaceId": interface_id}],
            region_name=backend.region_name,
            client_token=request.get("ClientToken"),
            ebs_optimized=request.get("EbsOptimized", False),
            monitoring_state="enabled" if request.get("Monitoring", {}).get("Enabled") else "disabled",
            disable_api_termination=request.get("DisableApiTermination", False),
            disable_api_stop=request.get("DisableApiStop", False),
            instance_initiated_shutdown_behavior=request.get("InstanceInitiatedShutdownBehavior"),
            metadata_options=request.get("MetadataOptions", {}),
        )
        self.worker = Worker(self.id)
        self.enter("pending")
        self._placement.group_name = request.get("Placement", {}).get("GroupName") or ""
        self._describe_defaults(request)

    def _describe_defaults(self, request: dict[str, Any]) -> None:
        """What DescribeInstances adds, and moto leaves out: without it the Terraform provider sees drift."""
        facts = self.ec2_backend.describe_instance_types([self.instance_type])[0]
        cores = facts["VCpuInfo"]
        self.cpu_options = {
            "CoreCount": cores.get("DefaultCores", cores["DefaultVCpus"]),
            "ThreadsPerCore": cores.get("DefaultThreadsPerCore", 1),
        }
        self.capacity_reservation_specification = {"CapacityReservationPreference": "open"}
        self.maintenance_options = {
            "AutoRecovery": request.get("MaintenanceOptions", {}).get("AutoRecovery", "default"),
            "RebootMigration": "default",
        }
        self.private_dns_name_options = {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        }
        self.enclave_options = {"Enabled": False}
        self.hibernation_options = {"Configured": False}
        default = "unlimited" if self.instance_type.startswith(("t3", "t4g")) else "standard"
        self.cpu_credits = request.get("CreditSpecification", {}).get("CpuCredits", default)

    def enter(self, state: str, code: str = "", message: str = "") -> None:
        """Change the state, with the reason that DescribeInstances gives."""
        self._state = InstanceState(state, STATE_CODES[state])
        self.state_reason = StateReason(f"{code}: {message}" if code else "", code)
        user_initiated = code == "Client.UserInitiatedShutdown"
        self._reason = f"User initiated ({utcnow():%Y-%m-%d %H:%M:%S} GMT)" if user_initiated else ""

    def prep_nics(self, nic_spec: list[dict[str, Any]], *_arguments: Any, **_options: Any) -> None:
        # moto makes interfaces here and takes addresses for them a second time; `launch` has made them.
        self.nics = {}
        for spec in nic_spec:
            self.attach_eni(self.ec2_backend.get_network_interface(spec["NetworkInterfaceId"]), spec["DeviceIndex"])

    def release_subnet(self) -> None:
        """A terminated instance is in no subnet, so that it can be deleted."""
        self._subnet_id = None

    @property
    def security_groups(self) -> list[SecurityGroup]:
        return list(self.nics[0].group_set) if getattr(self, "nics", None) else []

    @security_groups.setter
    def security_groups(self, groups: list[SecurityGroup]) -> None:
        # The groups are the primary interface's. moto's constructor sets an empty list before there is one.
        if getattr(self, "nics", None):
            self.nics[0]._group_set = groups

    @property
    def private_ip(self) -> str | None:
        return self.nics[0].private_ip_address if self.nics else None

    @property
    def private_ip_address(self) -> str | None:
        return self.private_ip

    @property
    def private_dns_name(self) -> str:
        return super().private_dns_name if self.nics else ""

    @property
    def public_ip(self) -> str | None:
        return self.nics[0].public_ip if self.nics else None

    @property
    def public_ip_address(self) -> str | None:
        return self.public_ip

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        # moto derives an attachment's status from the volume's, and so has neither attaching nor detaching.
        mappings = []
        for device, block in self.get_block_device_mapping:
            attachment = self.ec2_backend.volumes[block.volume_id].attachment
            facts = {
                "VolumeId": block.volume_id,
                "Status": attachment.status,
                "AttachTime": attachment.attach_time,
                "DeleteOnTermination": block.delete_on_termination,
            }
            mappings.append({"DeviceName": device, "Ebs": facts})
        return mappings
