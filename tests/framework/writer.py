"""A client that writes during a change, and at the end has a report of what was acknowledged and what is missing."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.framework.cluster import Cluster
from tests.framework.polling import eventually


@dataclass(frozen=True)
class Report:
    """How the writes went.

    Attributes:
        acknowledged: writes that an endpoint confirmed.
        longest_gap_seconds: between two acknowledgements.
        refused: attempts that one endpoint did not answer well; the next was tried.
        unanswered: attempts that one endpoint did not answer in time.
        failed: writes that every endpoint refused for as long as etcdctl would wait.
        missing: acknowledged writes that are not there at the end.
    """

    acknowledged: int
    longest_gap_seconds: float
    refused: int
    unanswered: int
    failed: int
    missing: int


class Writer:
    """Has the report once the writing has ended."""

    def __init__(self) -> None:
        self._report: Report | None = None

    @property
    def report(self) -> Report:
        assert self._report, "the writer still writes"
        return self._report

    def finished(self, output: str) -> None:
        last = output.splitlines()[-1]
        assert last.startswith("{"), f"the writer failed:\n{output}"
        self._report = Report(**json.loads(last))
        print(self._report)

    def lost_nothing(self, *, gap_seconds: float, at_least: int = 50) -> None:
        """Every acknowledged write is there, and no pause was longer."""
        assert self.report.acknowledged > at_least, f"too few writes to show anything: {self.report}"
        assert self.report.missing == 0, f"acknowledged writes were lost: {self.report}"
        assert self.report.longest_gap_seconds < gap_seconds, self.report


@contextmanager
def writing(cluster: Cluster) -> Iterator[Writer]:
    """Writes flow before this begins, and until it ends."""
    writer = Writer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = ("python", "-m", "tests.framework.writer_process", str(cluster.access), name, *cluster.endpoints)
        process = cluster.start(*command)
        try:
            eventually(lambda: (folder / "started").exists() or process.poll() is not None, "the writer writes")
            yield writer
        finally:
            (folder / "stop").touch()
            output = process.communicate(timeout=60)[0]
        writer.finished(output)
