"""The EC2 actions that are answered differently from moto, or not by moto at all."""

from __future__ import annotations

import base64
import logging
from http import HTTPStatus
from typing import Any, cast

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.responses import EC2Response

from sandbox.ec2 import errors
from sandbox.ec2.backend import Ec2Backend
from sandbox.machines.machines import MachineError

logger = logging.getLogger(__name__)


class Ec2Response(EC2Response):
    """One request, answered under the region's lock."""

    @property
    def ec2(self) -> Ec2Backend:
        return cast(Ec2Backend, self.ec2_backend)

    def call_action(self) -> TYPE_RESPONSE:
        with Ec2Backend.lock:
            try:
                self.ec2.refresh()
                answer = super().call_action()
                if answer[0] == HTTPStatus.OK and self._get_action().startswith("Delete"):
                    self._forget_tags()
                self.ec2.enforce()
                return answer
            except NotImplementedError as missing:
                refusal = errors.unsupported(str(missing))
            except MachineError as failure:
                refusal = errors.host_failed(str(failure))
            except Exception as fault:  # an HTML page of the web server's would tell the caller nothing
                logger.exception("answering %s", self._get_action())
                refusal = errors.host_failed(f"{type(fault).__name__}: {fault}")
            return self.serialized(ActionResult(refusal))

    def _forget_tags(self) -> None:
        # moto keeps the tags of what is gone, and DescribeTags would list it.
        for name, value in self.params.items():
            if name.endswith("Id"):
                self.ec2.tags.pop(str(value), None)

    def run_instances(self) -> ActionResult:
        request = dict(self.params)
        if sent_before := self.ec2.launched_with(request.get("ClientToken")):
            return ActionResult(sent_before)
        self.ec2.check_launch(request)
        self.error_on_dryrun()
        return ActionResult(self.ec2.launch(request))

    def _changed(self, key: str, changes: list[tuple[Any, Any]]) -> ActionResult:
        return ActionResult(
            {
                key: [
                    {"InstanceId": instance.id, "CurrentState": instance.instance_state, "PreviousState": previous}
                    for instance, previous in changes
                ]
            }
        )

    def start_instances(self) -> ActionResult:
        self.error_on_dryrun()
        return self._changed("StartingInstances", self.ec2.start_instances(self._get_param("InstanceIds", [])))

    def stop_instances(self) -> ActionResult:
        self.error_on_dryrun()
        return self._changed("StoppingInstances", self.ec2.stop_instances(self._get_param("InstanceIds", [])))

    def terminate_instances(self) -> ActionResult:
        self.error_on_dryrun()
        return self._changed("TerminatingInstances", self.ec2.terminate_instances(self._get_param("InstanceIds", [])))

    def modify_instance_attribute(self) -> ActionResult:
        # moto takes an attribute that it does not know for an empty list of security groups.
        self.error_on_dryrun()
        self.ec2.change_attributes(dict(self.params))
        return EmptyResult()

    def get_console_output(self) -> ActionResult:
        instance = self.ec2.get_instance(self._get_param("InstanceId"))
        console = self.ec2.machines.console(instance.id) if instance.state != "terminated" else ""
        output = base64.b64encode(console.encode()).decode()
        return ActionResult({"InstanceId": instance.id, "Timestamp": utcnow(), "Output": output})

    def describe_instance_credit_specifications(self) -> ActionResult:
        instances = self.ec2.machine_instances(self._get_param("InstanceIds", []))
        facts = [{"InstanceId": instance.id, "CpuCredits": instance.cpu_credits} for instance in instances]
        return ActionResult({"InstanceCreditSpecifications": facts})

    def modify_instance_maintenance_options(self) -> ActionResult:
        (instance,) = self.ec2.machine_instances([self._get_param("InstanceId")])
        instance.maintenance_options["AutoRecovery"] = self._get_param("AutoRecovery", "default")
        return ActionResult({"InstanceId": instance.id, **instance.maintenance_options})

    def monitor_instances(self) -> ActionResult:  # type: ignore[override]
        return self._monitor("enabled")

    def unmonitor_instances(self) -> ActionResult:  # type: ignore[override]
        return self._monitor("disabled")

    def _monitor(self, state: str) -> ActionResult:
        instances = self.ec2.machine_instances(self._get_param("InstanceIds", []))
        for instance in instances:
            instance.monitoring_state = state
        facts = [{"InstanceId": instance.id, "Monitoring": instance.monitoring} for instance in instances]
        return ActionResult({"InstanceMonitorings": facts})

    def create_default_vpc(self) -> ActionResult:
        raise errors.unsupported("a default VPC")

    def create_placement_group(self) -> ActionResult:
        tags = self._parse_tag_specification("placement-group").get("placement-group", {})
        self.error_on_dryrun()
        return ActionResult({"PlacementGroup": self.ec2.create_placement_group(dict(self.params), tags)})

    def describe_placement_groups(self) -> ActionResult:
        groups = self.ec2.describe_placement_groups(
            self._get_param("GroupNames", []), self._get_param("GroupIds", []), self._filters_from_querystring()
        )
        return ActionResult({"PlacementGroups": groups})

    def delete_placement_group(self) -> ActionResult:
        self.error_on_dryrun()
        self.ec2.delete_placement_group(self._get_param("GroupName"))
        return EmptyResult()
