"""What may run beside what, for `pytest -n N`.

Clusters spend most of their time waiting for polls of the AWS provider, so several fit on two cores. A file runs as one
group, in its order; the files that share the one cluster are a single group, and so is a folder that shares something.
"""

import re
from pathlib import PurePosixPath
from typing import Any

import pytest

SHARED_FOLDERS = ("plugin", "cloud", "region")
SHARED_CLUSTER = re.compile(r"test_0[1-68]_")  # tests/cluster/conftest.py has it


def group_of(nodeid: str) -> str:
    path = PurePosixPath(nodeid.partition("::")[0])
    folder = path.parts[1]
    if folder in SHARED_FOLDERS:
        return folder
    return "the shared cluster" if folder == "cluster" and SHARED_CLUSTER.match(path.name) else str(path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)
