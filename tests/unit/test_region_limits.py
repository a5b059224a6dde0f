"""The host's limit that machines run into is raised, never lowered, and where it cannot be, the region still starts."""

from pathlib import Path

import pytest

from sandbox.region.limits import ENOUGH, raise_limits

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("before", "after"), [(128, ENOUGH), (ENOUGH, ENOUGH), (8_192, 8_192)])
def test_the_limit_is_raised_and_never_lowered(tmp_path: Path, before: int, after: int) -> None:
    limit = tmp_path / "max_user_instances"
    limit.write_text(f"{before}\n")
    raise_limits(limit)
    assert int(limit.read_text()) == after


def test_a_host_that_does_not_let_it_be_raised_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    raise_limits(tmp_path / "missing")
    assert "stays as it is" in caplog.text
