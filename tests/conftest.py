"""What may run beside what, for `pytest -n N`.

Clusters spend most of their time waiting for polls of the AWS provider, so several fit on two cores. A file runs as one
group, in its order; the files that share a cluster are a single group, and so is a folder that shares something.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

BEGAN = Path(__file__).parents[1] / ".sandbox" / "cluster-tests-began"
SHARED_FOLDERS = ("plugin", "ec2", "region")
# The clusters that several files share, in the order of their numbers; tests/cluster/conftest.py has them.
SHARED_CLUSTERS = {
    "the cluster of a newcomer": re.compile(r"test_0[1-8]_"),
    "the cluster behind a bastion": re.compile(r"test_1[01]_"),
}
# From the one that takes longest; any other after these. Begun last, a long one would go on alone in the end.
BEGUN_FIRST = (
    *SHARED_CLUSTERS,
    "tests/cluster/test_14_committed_stacks.py",
    "tests/cluster/test_13_disks.py",
    "tests/cluster/test_12_existing_vpc.py",
    "tests/cluster/test_09_interrupted_bootstrap.py",
    "region",
)


def group_of(nodeid: str) -> str:
    path = PurePosixPath(nodeid.partition("::")[0])
    folder = path.parts[1]
    if folder in SHARED_FOLDERS:
        return folder
    shared = (name for name, files in SHARED_CLUSTERS.items() if folder == "cluster" and files.match(path.name))
    return next(shared, str(path))


def order_of(group: str) -> int:
    return BEGUN_FIRST.index(group) if group in BEGUN_FIRST else len(BEGUN_FIRST)


def pytest_collection_finish(session: pytest.Session) -> None:
    """The time from which tests/deployer reads what clusters asked of AWS: logs of an older run show nothing."""
    if any(group_of(item.nodeid).startswith(("tests/cluster", *SHARED_CLUSTERS)) for item in session.items):
        BEGAN.parent.mkdir(exist_ok=True)
        BEGAN.touch()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: order_of(group_of(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)
