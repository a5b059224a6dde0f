"""What may run beside what, for `pytest -n N`.

Clusters spend most of their time waiting for polls of the AWS provider, so several fit on two cores. A file runs as one
group, in its order; the files that share a cluster are a single group, and so is a folder that shares something.
"""

import re
from pathlib import PurePosixPath
from typing import Any

import pytest

SHARED_FOLDERS = ("plugin", "cloud", "region")
# The clusters that several files share; tests/cluster/conftest.py has them.
SHARED_CLUSTERS = {
    "the cluster of a newcomer": re.compile(r"test_0[1-8]_"),
    "the cluster behind a bastion": re.compile(r"test_1[01]_"),
}
# These begin first: begun last, each would go on alone when all others are done.
LONGEST = (*SHARED_CLUSTERS, "tests/cluster/test_13_disks.py", "tests/cluster/test_14_stacks.py")


def group_of(nodeid: str) -> str:
    path = PurePosixPath(nodeid.partition("::")[0])
    folder = path.parts[1]
    if folder in SHARED_FOLDERS:
        return folder
    shared = (name for name, files in SHARED_CLUSTERS.items() if folder == "cluster" and files.match(path.name))
    return next(shared, str(path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: group_of(item.nodeid) not in LONGEST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)
