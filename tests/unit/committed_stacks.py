"""The program of `__main__.py` with the settings of each committed stack, recorded once."""

import functools
import hashlib
import json
import os
import runpy
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pulumi
from ruamel.yaml import YAML

from tests.unit.recording import Recorder, record

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "prod", "sandbox")
# They would win over, or stand in for, what the stack's file says.
ENVIRONMENT = ("AWS_REGION", "AWS_DEFAULT_REGION", "PULUMI_CONFIG")


@functools.cache
def recorded(stack: str) -> Recorder:
    """Everything that the program registers for a committed stack. Do not change it."""
    before = pulumi.runtime.config.CONFIG.get()
    environment = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict("os.environ", environment, clear=True),
        mock.patch.object(sys, "path", [str(ROOT), *sys.path]),
    ):
        pulumi.runtime.set_all_config({**_config(stack), **_release(Path(folder))}, [])
        try:
            return record(lambda: runpy.run_path(str(ROOT / "__main__.py")))
        finally:
            pulumi.runtime.set_all_config(before, [])


def _config(stack: str) -> dict[str, str]:
    """The configuration as the engine passes it: text, with lists and objects as JSON."""
    file: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / f"Pulumi.{stack}.yaml")
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in file["config"].items()}


def _release(folder: Path) -> dict[str, str]:
    """Stands for the release; recording reads nothing of it but its checksum."""
    tarball = folder / "etcd.tar.gz"
    tarball.write_bytes(b"release")
    sha256 = hashlib.sha256(tarball.read_bytes()).hexdigest()
    return {"etcd:releaseFile": str(tarball), "etcd:releaseSha256": sha256}
