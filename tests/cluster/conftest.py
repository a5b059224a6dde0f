"""The clusters that tests share. They run in the order of their files and leave them healthy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.polling import eventually
from tests.cluster.sandbox import CHECKOUT, Sandbox

SENTINEL = "born"


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A region with a cluster made by `make up`, and a sentinel key written at its birth."""
    region = Sandbox(CHECKOUT / ".sandbox", "test")
    region.make("down")
    region.make("up")
    region.run("etcdctl", "put", SENTINEL, "at birth")
    yield region
    region.make("down")


@pytest.fixture
def cluster(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The shared cluster, healthy before a test and, whatever the test did, after it."""
    eventually(sandbox.healthy, "the cluster is healthy before the test")
    yield sandbox
    eventually(sandbox.healthy, "the cluster is healthy after the test")
    value = sandbox.etcdctl("get", SENTINEL)
    assert value["count"] == 1, "the sentinel key that was written at birth is gone"


@pytest.fixture(scope="session")
def behind_bastion() -> Iterator[Sandbox]:
    """A region with a cluster behind a bastion, as on AWS. The last file that uses it takes it down."""
    region = Sandbox(CHECKOUT / ".sandbox", "test-bastion")
    region.make("down")
    region.folder.mkdir(parents=True, exist_ok=True)
    config = {"etcd:access": "bastion", "etcd:operatorCidrs": ["198.51.100.1/32"]}
    (region.folder / "Pulumi.sandbox.yaml").write_text(yaml.safe_dump({"config": config}))
    region.make("up")
    yield region
    region.make("down")


@pytest.fixture(scope="module")
def own_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A region for the tests of one file, gone after them."""
    region = Sandbox(CHECKOUT / ".sandbox", f"test-{Path(str(request.node.fspath)).stem[5:15].replace('_', '-')}")
    region.make("down")
    yield region
    region.make("down")
