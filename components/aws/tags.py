"""The tags that every resource carries."""

from collections.abc import Mapping

import pulumi

STACK_TAG = "etcd-aws:stack"


def named(tags: Mapping[str, str], name: str) -> dict[str, str]:
    """The operator's tags, the resource's name, and its stack, by which a resource that is in no state is found."""
    return {**tags, "Name": name, STACK_TAG: f"{pulumi.get_project()}/{pulumi.get_stack()}"}
