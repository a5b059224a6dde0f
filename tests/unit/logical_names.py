"""The type and logical name of every resource and hook of a committed stack, as its state has them.

`python -m tests.unit.logical_names` adds new lines to the golden files and removes none. A line that no resource has
any more is a resource that is replaced in every existing stack: give it an alias (pulumi.ResourceOptions.aliases).
"""

from collections.abc import Iterator
from pathlib import Path

from tests.unit.committed_stacks import STACKS, recorded
from tests.unit.recording import Recorded, Recorder

GOLDEN = Path(__file__).parent / "golden" / "logical-names"


def golden(stack: str) -> set[str]:
    """The names of a stack's resources and hooks ever since the first release."""
    return set((GOLDEN / f"{stack}.txt").read_text().splitlines())


def names_of(recorder: Recorder) -> set[str]:
    """A line for each resource and hook of a program."""
    return {qualified(recorder, each) for each in recorder.resources_seen} | {f"hook {name}" for name in recorder.hooks}


def missing(names: set[str], recorder: Recorder) -> set[str]:
    """Names that no resource has, as its own or as an alias."""
    old = {alias for each in recorder.resources_seen for alias in aliases(recorder, each)}
    return names - names_of(recorder) - old


def qualified(recorder: Recorder, resource: Recorded) -> str:
    """`type$type::name`: the part of the URN that makes a resource the same one in the next update."""
    return f"{_types(recorder, resource)}::{resource.name}"


def aliases(recorder: Recorder, resource: Recorded) -> Iterator[str]:
    """The qualified names that the resource may have in an existing state."""
    for alias in resource.options.aliases:
        if alias.urn:
            yield "::".join(alias.urn.split("::")[2:])
            continue
        own_types = _types(recorder, resource).split("$")[:-1]
        types = [] if alias.spec.noParent else own_types
        yield f"{'$'.join([*types, alias.spec.type or resource.type])}::{alias.spec.name or resource.name}"


def _types(recorder: Recorder, resource: Recorded) -> str:
    parents = [each for each in recorder.resources_seen if each.urn == resource.options.parent]
    return f"{_types(recorder, parents[0])}${resource.type}" if parents else resource.type


def main() -> None:
    """Adds new names to the golden files."""
    for stack in STACKS:
        names = golden(stack) | names_of(recorded(stack))
        (GOLDEN / f"{stack}.txt").write_text("\n".join(sorted(names)) + "\n")


if __name__ == "__main__":
    main()
