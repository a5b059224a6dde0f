"""Updates the stack, with readable progress and whole errors."""

import contextlib
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import IO, Any

from rich.console import Console

from sandbox.cli.engine import UNATTENDED, Engine
from sandbox.cli.paths import CHECKOUT, CliError
from sandbox.cli.update_progress import UpdateProgress


class UpdateFailedError(CliError):
    """The engine ended in order and reported what went wrong."""


def up(engine: Engine, *, refresh: bool, parallel: int | None = None) -> None:
    """Runs `pulumi up`."""
    options = ["--refresh"] if refresh else []
    options += ["--parallel", str(parallel)] if parallel else []
    command = ["up", "--skip-preview", *options, "--yes", "--json", "--color", "never", "-s", engine.stack, UNATTENDED]
    process = subprocess.Popen(
        engine.command("pulumi", *command),
        cwd=CHECKOUT,
        env=engine.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stderr: list[str] = []
    reader = threading.Thread(target=_collect, args=(process.stderr, stderr))
    reader.start()
    with _passing_signals(process, engine.console), engine.console.status("Pulumi starts") as status:
        progress = UpdateProgress(engine.console, status if engine.console.is_terminal else None)
        progress.follow(_events(process))
        code = process.wait()
    reader.join(timeout=5)  # a plugin that outlives a killed engine may hold the other end
    if code < 0:
        raise CliError(f"pulumi up was killed by signal {-code}. `make up` takes over what it left.")
    if code != 0:
        raise UpdateFailedError("\n".join(["pulumi up failed.", *(progress.errors or stderr)]))
    engine.console.print(f"        {progress.summary()}", style="dim")


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    if process.stdout is None:
        return
    for line in process.stdout:
        with contextlib.suppress(json.JSONDecodeError):
            yield json.loads(line)


def _collect(stream: IO[str] | None, lines: list[str]) -> None:
    lines.extend(line.rstrip() for line in stream or [])


@contextlib.contextmanager
def _passing_signals(process: subprocess.Popen[Any], console: Console) -> Iterator[None]:
    """An interrupt ends the engine in order, and the CLI waits for it: a killed one leaves half-made things.

    A terminal sends Ctrl-C to the engine too; a termination signal reaches only this process, so it is passed on.
    """

    def interrupted(number: int, _frame: object) -> None:
        console.print("Interrupted: waiting for what is in flight. Once more ends it at once.", style="yellow")
        if number == signal.SIGTERM:
            process.send_signal(signal.SIGINT)

    previous = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
