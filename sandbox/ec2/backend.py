"""The EC2 backend as moto gets it: all parts together."""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models.instances import Instance, Reservation

from sandbox.ec2 import errors
from sandbox.ec2.attributes import Attributes
from sandbox.ec2.launch import Launch
from sandbox.ec2.networks import Networks
from sandbox.ec2.security_groups import SecurityGroups

INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")


def check_instance_ids(instance_ids: list[str]) -> None:
    for instance_id in instance_ids:
        if not INSTANCE_ID.fullmatch(instance_id):
            raise errors.instance_id_malformed(instance_id)


class Ec2Backend(Launch, Attributes, Networks, SecurityGroups):
    """EC2 of one account and region."""

    def get_multi_instances_by_id(self, instance_ids: list[str], filters: Any = None) -> list[Instance]:
        check_instance_ids(instance_ids)
        return super().get_multi_instances_by_id(instance_ids, filters)

    def get_reservations_by_instance_ids(self, instance_ids: list[str], filters: Any = None) -> list[Reservation]:
        check_instance_ids(instance_ids)
        return super().get_reservations_by_instance_ids(instance_ids, filters)
