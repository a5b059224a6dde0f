"""The engine told to do one thing at a time: nothing waits for what comes later."""

import pytest

from tests.cluster.sandbox import Sandbox

pytestmark = pytest.mark.cluster


def test_a_birth_with_parallel_1(own_sandbox: Sandbox) -> None:
    own_sandbox.run("up", "--parallel", "1", timeout_seconds=600)
    assert own_sandbox.healthy()
