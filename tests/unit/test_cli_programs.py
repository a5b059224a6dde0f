"""`./sandbox/run pulumi stack rename` renames what the region's folder has of a stack, and nothing in the checkout."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.cli import programs, stackfile
from sandbox.cli.engine import Engine
from sandbox.cli.paths import CHECKOUT, RegionPaths, write_private
from sandbox.toolchain import Toolchain

pytestmark = pytest.mark.unit

# As Pulumi does it (cmd/pulumi/stack/stack_rename.go, 3.259): the state, and the stack file of the folder it runs in.
PULUMI = """#!/bin/sh
[ "$1 $2" = "stack rename" ] || exit 1
[ "$3" != refused ] || exit 255
cd "${PULUMI_BACKEND_URL#file://}/.pulumi/stacks/etcd" && mv sandbox.json "$3.json" && cp "$3.json" sandbox.json.bak
cd "$OLDPWD" && mv Pulumi.sandbox.yaml "Pulumi.$3.yaml"
"""


class Here:
    """Runs programs where the test is."""

    def enter(self, argv: list[str]) -> list[str]:
        return argv


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    paths, toolchain = RegionPaths(tmp_path, "local"), Toolchain(tmp_path, tmp_path, tmp_path, {}, tmp_path, ())
    write_private(paths.checkpoint("sandbox"), "{}")
    write_private(paths.commands / "pulumi", PULUMI, mode=0o700)
    paths.remember("sandbox")
    stackfile.generate(paths, toolchain, "sandbox", {"etcd:quotaMib": "4096"})
    return Engine(paths, toolchain, Here(), "sandbox", Console(file=StringIO()))


def rename(engine: Engine, name: str) -> object:
    with pytest.raises(SystemExit) as ended:
        programs.run(engine, ["pulumi", "stack", "rename", name, "-s", "sandbox"])
    return ended.value.code


def test_the_region_follows_a_renamed_stack(engine: Engine) -> None:
    before = engine.paths.stack_file("sandbox").read_text()

    assert rename(engine, "staging") == 0

    assert engine.paths.stack == "staging", "`make up` would make a second cluster"
    assert engine.paths.stack_file("staging").read_text() == before
    assert (CHECKOUT / "Pulumi.sandbox.yaml").exists()
    assert not (CHECKOUT / "Pulumi.staging.yaml").exists()
    stackfile.generate(engine.paths, engine.toolchain, "staging")
    assert engine.paths.stack_file("staging").read_text() == before


def test_a_rename_that_pulumi_refuses_changes_nothing(engine: Engine) -> None:
    assert rename(engine, "refused") == 255
    assert engine.paths.stack == "sandbox"
    assert engine.paths.stack_file("sandbox").exists()
