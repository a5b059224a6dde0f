"""The type and logical name of every resource and hook of a committed stack, as its state has them.

`python -m tests.unit.logical_names` writes the golden files. A line that disappears from them is a resource that is
replaced in every existing stack: give it an alias (pulumi.ResourceOptions.aliases) and keep the line.
"""

import hashlib
import json
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
from ruamel.yaml import YAML

from tests.unit.recording import Recorded, Recorder, record

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden" / "logical-names"
STACKS = ("dev", "prod", "sandbox")


def names_of(recorder: Recorder) -> set[str]:
    """A line for each resource and hook of a program."""
    return {qualified(recorder, each) for each in recorder.resources_seen} | {f"hook {name}" for name in recorder.hooks}


def missing(golden: set[str], recorder: Recorder) -> set[str]:
    """Lines of the golden file that no resource has, under its own name or an alias."""
    old = {alias for each in recorder.resources_seen for alias in aliases(recorder, each)}
    return golden - names_of(recorder) - old


def recorded(stack: str, tarball: Path) -> Recorder:
    """The program of `__main__.py` with the settings of a committed stack."""
    before = pulumi.runtime.config.CONFIG.get()
    release = {"etcd:releaseFile": str(tarball), "etcd:releaseSha256": hashlib.sha256(tarball.read_bytes()).hexdigest()}
    pulumi.runtime.set_all_config({**_config(stack), **release}, [])
    sys.path.insert(0, str(ROOT))
    try:
        return record(lambda: runpy.run_path(str(ROOT / "__main__.py")))
    finally:
        sys.path.remove(str(ROOT))
        pulumi.runtime.set_all_config(before, [])


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


def _config(stack: str) -> dict[str, str]:
    """The configuration as the engine passes it: text, with lists and objects as JSON."""
    file: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / f"Pulumi.{stack}.yaml")
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in file["config"].items()}


def main() -> None:
    """Writes the golden files."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "PULUMI_CONFIG"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        tarball = Path(folder) / "etcd.tar.gz"
        tarball.write_bytes(b"release")
        for stack in STACKS:
            (GOLDEN / f"{stack}.txt").write_text(
                "".join(f"{line}\n" for line in sorted(names_of(recorded(stack, tarball))))
            )


if __name__ == "__main__":
    main()
