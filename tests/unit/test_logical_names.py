"""Logical names hold as long as a stack lives: a renamed resource is a replaced machine, volume or certificate."""

import pulumi
import pytest

from tests.unit.committed_stacks import STACKS, recorded
from tests.unit.logical_names import golden, missing, names_of
from tests.unit.recording import record

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("stack", STACKS)
def test_no_resource_or_hook_of_a_committed_stack_is_renamed_without_an_alias(stack: str) -> None:
    assert missing(golden(stack), recorded(stack)) == set(), "these are replaced in every stack; give them an alias"


@pytest.mark.parametrize("stack", STACKS)
def test_a_new_resource_is_held_from_its_first_day(stack: str) -> None:
    assert names_of(recorded(stack)) - golden(stack) == set(), "python -m tests.unit.logical_names adds them"


def test_a_rename_is_seen_and_an_alias_excuses_it() -> None:
    def program(name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent")
        child = pulumi.ResourceOptions(parent=parent)
        pulumi.Stash(name, input=1, opts=pulumi.ResourceOptions.merge(child, opts))

    names = names_of(record(lambda: program("old")))
    renamed = record(lambda: program("new"))
    excused = record(lambda: program("new", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])))
    assert missing(names, renamed) == {"test:index:Parent$pulumi:index:Stash::old"}
    assert missing(names, excused) == set()
