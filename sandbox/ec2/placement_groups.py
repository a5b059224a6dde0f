"""Placement groups, which moto does not have."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import InvalidParameterValue
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, EC2_RESOURCE_TO_PREFIX, generic_filter, random_id

from sandbox.ec2 import errors
from sandbox.ec2.base_backend import BaseBackend

# CreateTags finds what may be tagged by it.
EC2_RESOURCE_TO_PREFIX["placement-group"] = "pg"
EC2_PREFIX_TO_RESOURCE["pg"] = "placement-group"
STRATEGIES = {"cluster", "partition", "spread"}


class PlacementGroup(TaggedEC2Resource):
    """One group, under the API's own names for DescribePlacementGroups."""

    def __init__(self, backend: Any, name: str, strategy: str, request: dict[str, Any]) -> None:
        self.ec2_backend = backend
        self.id = random_id("pg")
        self.group_id = self.id
        self.group_name = name
        self.strategy = strategy
        self.state = "available"
        self.partition_count = request.get("PartitionCount", 2 if strategy == "partition" else None)
        self.spread_level = request.get("SpreadLevel", "rack") if strategy == "spread" else None
        self.group_arn = f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:placement-group/{name}"


class PlacementGroups(BaseBackend):
    """CreatePlacementGroup, DescribePlacementGroups and DeletePlacementGroup."""

    def __init__(self, region_name: str, account_id: str) -> None:
        self.placement_groups: dict[str, PlacementGroup] = {}
        super().__init__(region_name, account_id)

    def create_placement_group(self, request: dict[str, Any], tags: dict[str, str]) -> PlacementGroup:
        name, strategy = request["GroupName"], request.get("Strategy", "cluster")
        if name in self.placement_groups:
            raise errors.placement_group_exists(name)
        if strategy not in STRATEGIES:
            raise InvalidParameterValue(f"Value ({strategy}) for parameter strategy is invalid.")
        group = PlacementGroup(self, name, strategy, request)
        group.add_tags(tags)
        self.placement_groups[name] = group
        return group

    def get_placement_group(self, name: str) -> PlacementGroup:
        if name not in self.placement_groups:
            raise errors.placement_group_unknown(name)
        return self.placement_groups[name]

    def describe_placement_groups(
        self, names: list[str], group_ids: list[str], filters: dict[str, Any]
    ) -> list[PlacementGroup]:
        groups = [self.get_placement_group(name) for name in names] or list(self.placement_groups.values())
        if group_ids:
            groups = [group for group in groups if group.id in group_ids]
        return generic_filter(filters, groups)

    def delete_placement_group(self, name: str) -> None:
        group = self.get_placement_group(name)
        instances = [instance for reservation in self.reservations.values() for instance in reservation.instances]
        if any(instance.placement.group_name == name and instance.state != "terminated" for instance in instances):
            raise errors.placement_group_in_use(name)
        self.tags.pop(group.id, None)
        del self.placement_groups[name]
