"""Runs a command on this machine, in a process group of its own."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from .output import Output, Stream

GRACE_SECONDS = 1
READ_BYTES = 256 * 1024


async def run(
    command: str,
    *,
    interpreter: Sequence[str] | None,
    directory: str | None,
    environment: dict[str, str],
    stdin: str | None,
    output: Output,
) -> None:
    argv = [*(interpreter or ("/bin/sh", "-c")), command]
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=directory,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    except OSError as error:
        raise output.failure(_not_started(argv[0], directory, error), command, stderr_first=True) from error
    try:
        await asyncio.gather(
            _feed(process, stdin), _drain(process.stdout, "stdout", output), _drain(process.stderr, "stderr", output)
        )
        status = await process.wait()
    except asyncio.CancelledError:
        await _end(process)
        raise output.failure("cancelled", command, stderr_first=True) from None
    finally:
        await output.close()
    if status:
        # The published plugin copies the two streams concurrently, and stderr practically always comes first.
        raise output.failure(_ended_by(status), command, stderr_first=True)


async def _feed(process: asyncio.subprocess.Process, stdin: str | None) -> None:
    if process.stdin is None:
        return
    with suppress(ConnectionError):  # a command need not read its input
        process.stdin.write((stdin or "").encode())
        await process.stdin.drain()
    process.stdin.close()


async def _drain(reader: asyncio.StreamReader | None, stream: Stream, output: Output) -> None:
    while reader and (data := await reader.read(READ_BYTES)):
        output.feed(stream, data)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the whole process group: asks it, then forces whatever is left of it."""
    with suppress(OSError):  # gone already, or become another user
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)


def _ended_by(status: int) -> str:
    if status > 0:
        return f"exit status {status}"
    return f"signal: {(signal.strsignal(-status) or str(-status)).lower()}"


def _not_started(program: str, directory: str | None, error: OSError) -> str:
    reason = os.strerror(error.errno or 0).lower()
    if error.filename == directory:
        return f"chdir {directory}: {reason}"
    if "/" not in program:
        return f'exec: "{program}": executable file not found in $PATH'
    return f"fork/exec {program}: {reason}"
