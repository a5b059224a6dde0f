"""`make down` leaves nothing on the machine that ran the sandbox."""

import pytest

from tests.framework.cluster import Cluster
from tests.framework.leak_check import on_this_machine

pytestmark = pytest.mark.cluster


def test_down_twice_leaves_nothing(newcomer: Cluster) -> None:
    assert on_this_machine(newcomer), "the test looks for nothing"
    newcomer.make("down")
    assert on_this_machine(newcomer) == []
    newcomer.make("down")
    kept = {path.name for path in newcomer.folder.iterdir()}
    assert kept <= {"log", "log.before"}, f"down left {kept}"
