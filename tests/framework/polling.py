"""Waiting for what takes a while, with a deadline."""

from collections.abc import Callable

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed


def eventually(condition: Callable[[], bool], what: str, timeout_seconds: float = 60) -> None:
    """Returns as soon as the condition holds; fails with `what` when it does not in time."""
    waiting = Retrying(
        retry=retry_if_result(lambda holds: not holds), stop=stop_after_delay(timeout_seconds), wait=wait_fixed(0.5)
    )
    try:
        waiting(condition)
    except RetryError:
        raise AssertionError(f"not within {timeout_seconds:.0f} s: {what}") from None
