"""The sandbox's copy of a stack file means to Pulumi what the tracked file means."""

import json
from pathlib import Path

import pytest

from sandbox.cli import yaml_files
from tests.engine.engine import pulumi

pytestmark = pytest.mark.engine

# Text in one version of YAML and something else in another, or read differently by YAML's many readers.
SCALARS = (
    *("18:30", "1:30:00", "yes", "No", "on", "OFF", "y", "true", "True", "FALSE"),
    *("0777", "0o17", "017", "08", "1_000", "0x1F", "0b11", "1e3", "1.5e3", ".5", "1.", "+1", "-0", "3.10"),
    *("12345678901234567890", "2024-01-01", "2024-01-01T10:00:00Z", "=", "!!str 5", '"3"', "'yes'", "''"),
    *("'a: b'", r'"tab\t"', "[a, yes, 3]", "{a: on, 0777: b}"),
)


def test_pulumi_reads_the_copy_as_it_reads_the_original(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: etcd\nruntime: python\n")
    pulumi(environment, tmp_path, "stack", "init", "test")
    file = tmp_path / "Pulumi.test.yaml"
    file.write_text(
        "config:\n"
        + "".join(f"  etcd:top{number}: {scalar}\n" for number, scalar in enumerate(SCALARS))
        + "  etcd:tags:\n"
        + "".join(f"    tag{number}: {scalar}\n" for number, scalar in enumerate(SCALARS))
    )
    original = json.loads(pulumi(environment, tmp_path, "config", "--json"))

    yaml_files.write(file, yaml_files.read(file))

    assert json.loads(pulumi(environment, tmp_path, "config", "--json")) == original
    assert original["etcd:tags"]["objectValue"]["tag0"] == "18:30"
