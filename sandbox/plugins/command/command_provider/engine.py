"""The engine's log, as one resource writes to it."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

MESSAGE_CHARACTERS = 64 * 1024
CALL_SECONDS = 10


class Engine:
    """The engine that started this plugin."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._channel: grpc.aio.Channel | None = None

    async def attach(self, address: str) -> None:
        await self.close()
        self._address = address

    async def log(self, request: engine_pb2.LogRequest) -> None:
        if not self._address:
            return
        self._channel = self._channel or grpc.aio.insecure_channel(self._address)
        stub: Any = engine_pb2_grpc.EngineStub(self._channel)
        with suppress(grpc.RpcError):  # a command must not fail because a line of its log got lost
            await stub.Log(request, timeout=CALL_SECONDS)

    async def close(self) -> None:
        if self._channel:
            await self._channel.close()
            self._channel = None


class Log:
    """Sends messages about one resource in order, and joins status lines while the engine is busy with earlier ones."""

    def __init__(self, engine: Engine, urn: str) -> None:
        self._engine = engine
        self._urn = urn
        self._lines: deque[str] = deque()
        self._sender: asyncio.Task[None] | None = None

    def status(self, line: str) -> None:
        """Shows a line while the resource is worked on; it does not stay in the update's summary."""
        self._lines.append(line)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send_lines())

    async def flush(self) -> None:
        if self._sender:
            await self._sender

    async def warning(self, message: str) -> None:
        await self._send(engine_pb2.LogSeverity.WARNING, message, ephemeral=False)

    async def error(self, message: str) -> None:
        await self._send(engine_pb2.LogSeverity.ERROR, message, ephemeral=False)

    async def _send_lines(self) -> None:
        while self._lines:
            batch = [self._lines.popleft()]
            size = len(batch[0])
            while self._lines and size + len(self._lines[0]) < MESSAGE_CHARACTERS:
                batch.append(self._lines.popleft())
                size += len(batch[-1]) + 1
            await self._send(engine_pb2.LogSeverity.INFO, "\n".join(batch), ephemeral=True)

    async def _send(self, severity: engine_pb2.LogSeverity.ValueType, message: str, *, ephemeral: bool) -> None:
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=self._urn, ephemeral=ephemeral)
        await self._engine.log(request)
