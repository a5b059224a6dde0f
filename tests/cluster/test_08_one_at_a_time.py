"""The engine told to do one thing at a time: nothing waits for what comes later."""

from dataclasses import replace

import pytest

from tests.cluster.sandbox import Sandbox

pytestmark = pytest.mark.cluster


def test_a_birth_with_parallel_1(own_sandbox: Sandbox) -> None:
    # The engine takes any flag from the environment; make up passes no flags on.
    replace(own_sandbox, variables={"PULUMI_OPTION_PARALLEL": "1"}).make("up")
    assert own_sandbox.healthy()
