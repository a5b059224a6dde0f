"""Logical names hold as long as a stack lives: a renamed resource is a replaced machine, volume or certificate."""

from pathlib import Path

import pulumi
import pytest

from tests.unit.logical_names import GOLDEN, STACKS, missing, names_of, recorded
from tests.unit.recording import Recorder, record

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def programs(tarball: Path) -> dict[str, Recorder]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "PULUMI_CONFIG"):
            patch.delenv(name, raising=False)
        return {stack: recorded(stack, tarball) for stack in STACKS}


@pytest.mark.parametrize("stack", STACKS)
def test_no_resource_or_hook_of_a_committed_stack_is_renamed_without_an_alias(
    programs: dict[str, Recorder], stack: str
) -> None:
    golden = set((GOLDEN / f"{stack}.txt").read_text().splitlines())
    assert missing(golden, programs[stack]) == set(), "these are replaced in every stack; give them an alias"


@pytest.mark.parametrize("stack", STACKS)
def test_a_new_resource_is_held_from_its_first_day(programs: dict[str, Recorder], stack: str) -> None:
    golden = set((GOLDEN / f"{stack}.txt").read_text().splitlines())
    assert names_of(programs[stack]) - golden == set(), "python -m tests.unit.logical_names adds them"


def test_a_rename_is_seen_and_an_alias_excuses_it() -> None:
    def program(name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent")
        child = pulumi.ResourceOptions(parent=parent)
        pulumi.Stash(name, input=1, opts=pulumi.ResourceOptions.merge(child, opts))

    golden = names_of(record(lambda: program("old")))
    renamed = record(lambda: program("new"))
    excused = record(lambda: program("new", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")])))
    assert missing(golden, renamed) == {"test:index:Parent$pulumi:index:Stash::old"}
    assert missing(golden, excused) == set()
