"""A client that writes during a change, and at the end has a report of what was acknowledged and what is missing."""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
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

    @classmethod
    def of_all(cls, reports: Sequence["Report"]) -> "Report":
        """Of several clients at once: sums, and the longest gap that any of them saw."""
        sums = {each.name: sum(getattr(report, each.name) for report in reports) for each in fields(cls)}
        return cls(**{**sums, "longest_gap_seconds": max(report.longest_gap_seconds for report in reports)})


class Writer:
    """Has the report once the writing has ended."""

    def __init__(self) -> None:
        self._report: Report | None = None

    @property
    def report(self) -> Report:
        assert self._report, "the writer still writes"
        return self._report

    def finished(self, outputs: Sequence[str]) -> None:
        last = [output.rstrip().rpartition("\n")[2] for output in outputs]
        assert all(line.startswith("{") for line in last), f"a writer failed:\n{outputs}"
        self._report = Report.of_all([Report(**json.loads(line)) for line in last])
        print(self._report, file=sys.stderr)

    def lost_nothing(self, *, gap_seconds: float, at_least: int = 50) -> None:
        """Every acknowledged write is there, and no pause was longer."""
        assert self.report.acknowledged > at_least, f"too few writes to show anything: {self.report}"
        assert self.report.missing == 0, f"acknowledged writes were lost: {self.report}"
        assert self.report.longest_gap_seconds < gap_seconds, self.report


@contextmanager
def writing(cluster: Cluster, *, clients: int = 1, pause_seconds: float = 0.01) -> Iterator[Writer]:
    """Writes flow before this begins, and until it ends."""
    writer = Writer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = [folder / f"started-{number}" for number in range(clients)]
        command = ("python", "-m", "tests.framework.writer_process", str(cluster.access), name)
        processes = [
            cluster.start(*command, str(number), str(pause_seconds), *_from(number, cluster.endpoints))
            for number in range(clients)
        ]
        try:
            eventually(lambda: all(file.exists() for file in started), "the writer writes")
            yield writer
        finally:
            (folder / "stop").touch()
            outputs = [process.communicate(timeout=60)[0] for process in processes]
        writer.finished(outputs)


def _from(number: int, endpoints: Sequence[str]) -> list[str]:
    """Each client begins at an endpoint of its own."""
    start = number % len(endpoints)
    return [*endpoints[start:], *endpoints[:start]]
