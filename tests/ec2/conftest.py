"""One in-process server for the folder, a VPC of its own for each test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox.ec2.backend import Ec2Backend
from sandbox.ec2.server import make_server
from tests.ec2.recorder import RecordingMachines
from tests.ec2.region import TestRegion


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    log = tmp_path_factory.mktemp("ec2") / "api.log"
    server = make_server(RecordingMachines(), port=0, log=log)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}", log
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="session")
def clients(endpoint: tuple[str, Path]) -> dict[str, Any]:
    """A client per service, as an operator's tools would make them, but without retries that hide a failure."""
    session = boto3.Session(aws_access_key_id="sandbox", aws_secret_access_key="sandbox", region_name="us-east-1")
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    names = ("ec2", "iam", "kms", "s3", "ssm", "sts")
    return {name: session.client(name, endpoint_url=endpoint[0], config=config) for name in names}


@pytest.fixture
def machines(endpoint: tuple[str, Path]) -> RecordingMachines:
    machines = RecordingMachines()
    Ec2Backend.machines = machines
    return machines


@pytest.fixture
def region(endpoint: tuple[str, Path], clients: dict[str, Any], machines: RecordingMachines) -> TestRegion:
    return TestRegion(clients["ec2"], machines, endpoint[1])
