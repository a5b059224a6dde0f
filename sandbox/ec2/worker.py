"""Background work of an API call that has been answered: one daemon thread of ordered jobs per instance."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

Job = Callable[[], None]


class Worker:
    """Runs the jobs of one instance one after the other, in the order given."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def idle(self) -> bool:
        """Whether nothing is going on or waiting, so that the machine's state is the instance's."""
        return self._jobs.unfinished_tasks == 0

    def do(self, job: Job) -> None:
        """Run the job once those before it are done."""
        self._jobs.put(job)

    def later(self, delay_seconds: float, job: Job) -> None:
        """Put the job in the queue after a while, leaving the queue to others until then."""
        timer = threading.Timer(delay_seconds, self.do, [job])
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """End the thread after the jobs given so far."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:  # a job that dies must not take the instance's later jobs with it
                logger.exception("job of %s failed", threading.current_thread().name)
            finally:
                self._jobs.task_done()
