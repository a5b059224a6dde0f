"""Tells how far the building is: a line that ticks on a terminal, a line at start and end elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

TICK_SECONDS = 1.0
CLEAR_LINE = "\r\033[K"


class Progress:
    """Reports to `out`, standard error unless told otherwise: standard output is for results. Parts may overlap."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._ticking = self._out.isatty()
        self._started: dict[str, float] = {}
        self._writing = threading.Lock()

    def say(self, text: str) -> None:
        self._write(f"{CLEAR_LINE if self._ticking else ''}{text}\n")

    @contextmanager
    def building(self, name: str, log: Path) -> Iterator[None]:
        """Show that a part is being built, for how long, and how it ended."""
        start = self._started[name] = time.monotonic()
        ended = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(ended,), daemon=True)
        if self._ticking:
            ticker.start()
        else:
            self.say(f"{name}: building (log: {log})")
        result = "failed after"
        try:
            yield
            result = "built in"
        finally:
            del self._started[name]
            ended.set()
            if self._ticking:
                ticker.join()
            self.say(f"{name}: {result} {elapsed(time.monotonic() - start)}")

    def _tick(self, ended: threading.Event) -> None:
        while not ended.wait(TICK_SECONDS):
            now = time.monotonic()
            parts = (f"{name} {elapsed(now - start)}" for name, start in self._started.copy().items())
            self._write(f"{CLEAR_LINE}building {', '.join(parts)}")

    def _write(self, text: str) -> None:
        with self._writing:
            self._out.write(text)
            self._out.flush()


def elapsed(seconds: float) -> str:
    """A duration as a person says it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
