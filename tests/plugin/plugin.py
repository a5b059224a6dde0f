"""Drives the plugin as the engine does: starts it, calls it over gRPC, and takes its log messages."""

import asyncio
import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc

PACKAGE_PARENT = Path(__file__).parents[2] / "sandbox/plugins/command"
CLONE_NEWNET = 0x40000000
CALL_SECONDS = 30

Properties = dict[str, Any]


def to_struct(properties: Properties) -> struct_pb2.Struct:
    return json_format.ParseDict(properties, struct_pb2.Struct())


def to_dict(message: Any) -> Properties:
    return json_format.MessageToDict(message)


class FakeEngine(engine_pb2_grpc.EngineServicer):
    """Keeps what the plugin logs."""

    def __init__(self, socket: Path) -> None:
        self.logged: list[Any] = []
        self.target = f"unix:{socket}"
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        self._server.add_insecure_port(self.target)
        self._server.start()

    def Log(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        self.logged.append(request)
        return empty_pb2.Empty()

    def messages(self, name: str) -> str:
        """All that was logged about the resource of this name."""
        return "\n".join(request.message for request in self.logged if request.urn.endswith(f"::{name}"))

    def close(self) -> None:
        self._server.stop(None)


class Plugin:
    """One plugin process in the hosts' network."""

    def __init__(
        self, network: Path, folder: Path, engine: FakeEngine, environment: dict[str, str] | None = None
    ) -> None:
        command = ["nsenter", f"--net={network}", "--", sys.executable, "-m", "command_provider", engine.target]
        self.engine = engine
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(PACKAGE_PARENT), "SSH_AUTH_SOCK": "", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        socket = folder / f"plugin-{self.process.pid}"
        self._stop_forwarding = forward(network, socket, port)
        self._channel = grpc.insecure_channel(f"unix:{socket}")
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=engine.target), timeout=CALL_SECONDS)
        self.stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True), timeout=CALL_SECONDS)

    def check(self, kind: str, inputs: Properties, name: str = "x", olds: Properties | None = None) -> Any:
        request = provider_pb2.CheckRequest(urn=urn(kind, name), news=to_struct(inputs), olds=to_struct(olds or {}))
        return self.stub.Check(request, timeout=CALL_SECONDS)

    def checked(self, kind: str, inputs: Properties, name: str = "x") -> struct_pb2.Struct:
        response = self.check(kind, inputs, name)
        assert not response.failures
        complete: struct_pb2.Struct = response.inputs
        return complete

    def create(self, kind: str, inputs: Properties, name: str = "x", seconds: float = CALL_SECONDS) -> Properties:
        """Checks and creates a resource and returns its outputs."""
        request = provider_pb2.CreateRequest(urn=urn(kind, name), properties=self.checked(kind, inputs, name))
        return to_dict(self.stub.Create(request, timeout=seconds).properties)

    def create_error(self, kind: str, inputs: Properties, name: str = "x", seconds: float = CALL_SECONDS) -> str:
        try:
            outputs = self.create(kind, inputs, name, seconds)
        except grpc.RpcError as error:
            return str(error.details())
        raise AssertionError(f"should have failed, but returned {outputs}")

    def stop(self) -> tuple[str, str]:
        """Ends the process and returns what it wrote."""
        self.process.terminate()
        written = self.process.communicate(timeout=CALL_SECONDS)
        self._channel.close()
        self._stop_forwarding()
        return written


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:s::p::{kind}::{name}"


def forward(network: Path, socket: Path, port: int) -> Callable[[], None]:
    """Makes a port of another network reachable by a socket file, from a thread that lives in that network."""
    listening = threading.Event()
    loop: asyncio.AbstractEventLoop
    stopping: asyncio.Event

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 18):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)

    async def serve() -> None:
        nonlocal loop, stopping
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        await asyncio.start_unix_server(accept, socket)
        listening.set()
        await stopping.wait()

    def live() -> None:
        with network.open() as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns: cannot enter the hosts' network; run the tests as root")
        asyncio.run(serve())

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    assert listening.wait(10)

    def stop() -> None:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()

    return stop
