"""Tells how far the building is: a line that ticks on a terminal, a line at start and end elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

TICK_SECONDS = 1.0


class Progress:
    """Reports to `out`, standard error unless told otherwise: standard output is for results."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._ticking = self._out.isatty()

    def say(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

    @contextmanager
    def building(self, name: str, log: Path) -> Iterator[None]:
        """Show that a part is being built, for how long, and how it ended."""
        start = time.monotonic()
        ended = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(name, start, ended), daemon=True)
        if self._ticking:
            ticker.start()
        else:
            self.say(f"{name}: building (log: {log})")
        result = "failed after"
        try:
            yield
            result = "built in"
        finally:
            ended.set()
            if self._ticking:
                ticker.join()
                self._out.write("\r\033[K")
            self.say(f"{name}: {result} {elapsed(time.monotonic() - start)}")

    def _tick(self, name: str, start: float, ended: threading.Event) -> None:
        while not ended.wait(TICK_SECONDS):
            self._out.write(f"\r\033[K{name}: building, {elapsed(time.monotonic() - start)}")
            self._out.flush()


def elapsed(seconds: float) -> str:
    """A duration as a person says it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
