"""Waiting for what takes a while, with a deadline."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], what: str, timeout_seconds: float = 60) -> None:
    """Returns as soon as the condition holds; fails with `what` when it does not in time."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout_seconds:.0f} s: {what}"
        time.sleep(0.5)
