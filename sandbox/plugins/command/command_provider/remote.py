"""Runs a command on another machine over SSH."""

import asyncio
from contextlib import suppress
from pathlib import Path

import asyncssh
from asyncssh.packet import String

from . import ssh
from .engine import Log
from .output import CommandError, Output
from .values import Properties, quote

GRACE_SECONDS = 1

# sshd drops a connection over a packet of 256 KiB.
LONGEST_VARIABLE_BYTES = 200 * 1024

SIGNAL_SIBLINGS = Path(__file__).with_name("signal_siblings.sh").read_text(encoding="utf-8")


async def run(
    command: str,
    *,
    connection: Properties,
    environment: dict[str, str],
    previous: dict[str, str],
    stdin: str | None,
    output: Output,
    log: Log,
) -> None:
    """Runs the command; `previous` are variables that the host may refuse."""
    session = _Session(output)
    try:
        async with ssh.connect(connection, log) as client:
            channel = _Channel(client, environment, previous, log)
            try:
                await channel.start(session, command)
                with suppress(BrokenPipeError):  # a command may end without reading its input
                    channel.write((stdin or "").encode())
                    channel.write_eof()
                await asyncio.shield(session.closed)
            except asyncio.CancelledError:
                await _end(client, channel, session)
                raise
    except asyncio.CancelledError:
        raise output.failure("cancelled", command, stderr_first=False) from None
    except asyncssh.Error as error:
        raise output.failure(str(error), command, stderr_first=False) from error
    finally:
        await output.close()
    if session.ended_by:
        raise output.failure(session.ended_by, command, stderr_first=False)


class _Session(asyncssh.SSHClientSession[bytes]):
    """Takes what the command prints, in the order in which it comes."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended_by = "wait: remote command exited without exit status or exit signal"

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._output.feed("stderr" if datatype == asyncssh.EXTENDED_DATA_STDERR else "stdout", data)

    def exit_status_received(self, status: int) -> None:
        self.ended_by = f"Process exited with status {status}" if status else ""

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:  # noqa: ARG002
        # As in x/crypto/ssh: 128 and the signal's number.
        numbers = {"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "SEGV": 11, "PIPE": 13}
        status = 128 + (numbers | {"ALRM": 14, "TERM": 15}).get(signal, 0)
        reason = f". Reason was: {msg}" if msg else ""
        self.ended_by = f"Process exited with status {status} from signal {signal}{reason}"

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.closed.done():
            self.closed.set_result(None)


class _Channel(asyncssh.SSHClientChannel[bytes]):
    """Asks for each variable by itself: asyncssh's own `env` does not wait to hear whether it is refused."""

    def __init__(
        self, client: asyncssh.SSHClientConnection, environment: dict[str, str], previous: dict[str, str], log: Log
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(client, loop, "strict", None, "strict", 2 * 1024 * 1024, 32 * 1024)
        self._environment = environment
        self._previous = previous
        self._log = log

    async def start(self, session: _Session, command: str) -> None:
        await self.create(
            lambda: session,
            command=command,
            subsystem=None,
            env={},
            request_pty=False,
            term_type=None,
            term_size=None,
            term_modes={},
            x11_forwarding=False,
            x11_display=None,
            x11_auth_path=None,
            x11_single_connection=False,
            agent_forwarding=False,
        )

    async def _make_request(self, request: bytes, *args: bytes) -> bool | None:
        if request == b"exec":
            for name, value in self._environment.items():
                if not await self._set(name, value):
                    await self._log.error(_refused(name))
                    raise CommandError(f"could not set environment variable {quote(name)}: ssh: setenv failed")
            for name, value in self._previous.items():
                if not await self._set(name, value):
                    await self._log.warning(_refused(name))
        return await super()._make_request(request, *args)

    async def _set(self, name: str, value: str) -> bool:
        if len(value.encode()) > LONGEST_VARIABLE_BYTES:
            return False
        return bool(await super()._make_request(b"env", String(name), String(value)))


async def _end(client: asyncssh.SSHClientConnection, channel: _Channel, session: _Session) -> None:
    """Ends the command and all of its session, first by asking; closing the connection would leave them running."""
    for signal in ("TERM", "KILL"):
        with suppress(TimeoutError, OSError, asyncssh.Error):
            await asyncio.wait_for(client.run(f"signal={signal}\n{SIGNAL_SIBLINGS}"), GRACE_SECONDS)
        with suppress(TimeoutError, OSError, asyncssh.Error):
            await asyncio.wait_for(asyncio.shield(session.closed), GRACE_SECONDS)
        if session.closed.done():
            return
        with suppress(OSError, asyncssh.Error):
            channel.send_signal(signal)


def _refused(name: str) -> str:
    return (
        f"Unable to set '{name}'. This only works if your SSH server is configured to accept\n"
        "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you"
        " could\n\tprefix the command itself with the variables in the form 'VAR=value command'"
    )
