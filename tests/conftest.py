"""What may run beside what, for `pytest -n N --dist loadgroup`.

Clusters spend most of their time waiting for polls of the AWS provider, so several fit on two cores. A file is a group;
the files that share the one cluster are another, in their order; so are folders whose tests share something.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent


# First: pytest-xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item: pytest.Item) -> str:
    folder = item.path.relative_to(TESTS).parts[0]
    if folder in ("unit", "plugin", "cloud", "region"):
        return folder
    if "sandbox" in getattr(item, "fixturenames", ()):
        return "the shared cluster"
    return f"{folder}/{item.path.stem}"
