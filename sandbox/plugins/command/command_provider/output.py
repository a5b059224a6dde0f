"""What a command prints: kept whole for the resource's outputs, and shown line by line in the engine's log."""

from typing import Literal

from .engine import MESSAGE_CHARACTERS, Log
from .values import quote

Stream = Literal["stdout", "stderr"]

_LOGGED: dict[str, set[Stream]] = {"stdout": {"stdout"}, "stderr": {"stderr"}, "none": set()}


class CommandError(Exception):
    """A resource operation failed; the text is what the user reads."""


class Output:
    def __init__(self, log: Log, logging: str | None) -> None:
        self._log = log
        self._logged = _LOGGED.get(logging or "", {"stdout", "stderr"})
        self._whole: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._line: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._in_order = bytearray()

    def feed(self, stream: Stream, data: bytes) -> None:
        self._whole[stream] += data
        self._in_order += data
        if stream in self._logged:
            *lines, rest = data.split(b"\n")
            for line in lines:
                self._log.status(_text(self._line[stream] + line))
                self._line[stream].clear()
            self._line[stream] += rest
            if len(self._line[stream]) > MESSAGE_CHARACTERS:
                self._end_line(stream)

    async def close(self) -> None:
        """Sends what is left of unfinished lines, and waits until the engine has all of it."""
        for stream in self._logged:
            self._end_line(stream)
        await self._log.flush()

    def text(self, stream: Stream) -> str:
        return _text(self._whole[stream]).removesuffix("\n")

    def failure(self, reason: str, command: str, *, stderr_first: bool) -> CommandError:
        """The published plugin's message for a command that failed: the reason, the command, and all it printed."""
        printed = self._whole["stderr"] + self._whole["stdout"] if stderr_first else self._in_order
        return CommandError(f"{reason}: running {quote(command)}:\n{_text(printed)}")

    def _end_line(self, stream: Stream) -> None:
        if self._line[stream]:
            self._log.status(_text(self._line[stream]))
            self._line[stream].clear()


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", errors="replace")
