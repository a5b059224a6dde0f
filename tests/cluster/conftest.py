"""The clusters that tests share. They run in the order of their files and leave them healthy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.framework.cluster import Cluster
from tests.framework.polling import eventually


@pytest.fixture(scope="session")
def newcomer() -> Iterator[Cluster]:
    """A region with a cluster made by `make up`, and a sentinel key written right after."""
    made = Cluster.in_region("test")
    made.make("down")
    made.make("up")
    made.write_sentinel()
    yield made
    made.make("down")


@pytest.fixture
def cluster(newcomer: Cluster) -> Iterator[Cluster]:
    """The newcomer's cluster, healthy before a test and, whatever the test did, after it."""
    eventually(newcomer.healthy, "the cluster is healthy before the test")
    yield newcomer
    eventually(newcomer.healthy, "the cluster is healthy after the test")
    assert newcomer.has_sentinel(), "the sentinel key that was written after the first up is gone"


@pytest.fixture(scope="session")
def behind_bastion() -> Iterator[Cluster]:
    """A region with a cluster behind a bastion, as on AWS. The last file that uses it takes it down."""
    made = Cluster.in_region("test-bastion")
    made.make("down")
    made.configure(access="bastion", operatorCidrs=["198.51.100.1/32"])
    made.make("up")
    yield made
    made.make("down")


@pytest.fixture(scope="module")
def own_region(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A region for the tests of one file, with no cluster yet, gone after them."""
    made = Cluster.in_region(f"test-{Path(str(request.node.fspath)).stem[5:15].replace('_', '-')}")
    made.make("down")
    yield made
    made.make("down")
