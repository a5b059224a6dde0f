"""The gRPC service that the engine talks to: turns its requests into calls of the other modules."""

import asyncio
import json
import os
import signal
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from . import resources
from .diff import Kind, diff, ignoring, top_level
from .engine import Engine, Log
from .inputs import check
from .output import CommandError
from .schema import LOCAL_COMMAND, RESOURCES, RUN, VERSION, package
from .values import from_struct, plain, to_struct

T = TypeVar("T")
Context = grpc.aio.ServicerContext[Any, Any]

STOP_SECONDS = 8
ANSWER_SECONDS = 0.2
ENGINE_CHECK_SECONDS = 1
MESSAGE_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: set[asyncio.Task[Any]] = set()

    async def Handshake(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        await self._engine.attach(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True)

    async def Attach(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        await self._engine.attach(request.address)
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        return plugin_pb2.PluginInfo(version=VERSION)

    async def GetSchema(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        return provider_pb2.GetSchemaResponse(schema=json.dumps(package()))

    async def CheckConfig(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        return provider_pb2.CheckResponse(inputs=request.news)

    async def DiffConfig(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    async def Configure(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    async def Check(self, request: Any, context: Context) -> Any:  # noqa: N802
        inputs, failures = check(await _token(request, context), from_struct(request.news))
        return provider_pb2.CheckResponse(
            inputs=to_struct(inputs),
            failures=[provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in failures],
        )

    async def Diff(self, request: Any, context: Context) -> Any:  # noqa: N802
        olds = from_struct(request.olds)
        news = ignoring(list(request.ignoreChanges), olds, from_struct(request.news))
        changes = diff(await _token(request, context), olds, news)
        replaces = {top_level(path) for path, kind in changes.items() if kind.endswith("_REPLACE")}
        changed = provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=changed,
            diffs=sorted({top_level(path) for path in changes}),
            replaces=sorted(replaces),
            detailedDiff={path: _property_diff(kind) for path, kind in changes.items()},
            hasDetailedDiff=True,
        )

    async def Create(self, request: Any, context: Context) -> Any:  # noqa: N802
        token, name, inputs = await _token(request, context), _name(request), from_struct(request.properties)
        if request.preview:
            identifier, outputs = resources.preview_create(token, name, inputs)
        else:
            work = resources.create(token, name, inputs, Log(self._engine, request.urn))
            identifier, outputs = await self._work(work, context)
        return provider_pb2.CreateResponse(id=identifier, properties=to_struct(outputs))

    async def Read(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    async def Update(self, request: Any, context: Context) -> Any:  # noqa: N802
        token, olds = await _token(request, context), from_struct(request.olds)
        news = ignoring(list(request.ignoreChanges), olds, from_struct(request.news))
        if request.preview:
            outputs = resources.preview_update(token, olds, news)
        else:
            work = resources.update(token, olds, news, Log(self._engine, request.urn))
            outputs = await self._work(work, context)
        return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    async def Delete(self, request: Any, context: Context) -> Any:  # noqa: N802
        token, state = await _token(request, context), from_struct(request.properties)
        await self._work(resources.delete(token, state, Log(self._engine, request.urn)), context)
        return empty_pb2.Empty()

    async def Invoke(self, request: Any, context: Context) -> Any:  # noqa: N802
        if request.tok != RUN:
            await _refuse(context, f"unknown function {request.tok!r}: this plugin has {RUN}")
        given = plain(from_struct(request.args))
        work = resources.run(LOCAL_COMMAND, given["command"], given, {}, Log(self._engine, ""))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct({**given, **await self._work(work, context)}))
        return response

    async def Cancel(self, request: Any, context: Context) -> Any:  # noqa: ARG002, N802
        self.cancel()
        return empty_pb2.Empty()

    def cancel(self) -> None:
        for task in self._running:
            task.cancel()

    async def stop(self) -> None:
        """Ends what runs, and waits until it has ended."""
        self.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_SECONDS)

    async def _work(self, work: Coroutine[Any, Any, T], context: Context) -> T:
        """Does what Cancel can end; the engine shows the text of a failure as it is."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        try:
            return await task
        except CommandError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except asyncio.CancelledError:
            await context.abort(grpc.StatusCode.UNKNOWN, "cancelled")
        finally:
            self._running.discard(task)


def _property_diff(kind: Kind) -> provider_pb2.PropertyDiff:
    return provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind))


def _name(request: Any) -> str:
    return str(request.urn).rsplit("::", 1)[-1]


async def _token(request: Any, context: Context) -> str:
    token = str(request.urn).split("::")[2].rsplit("$", 1)[-1]
    if token not in RESOURCES:
        await _refuse(context, f"unknown resource type {token!r}: this plugin has {', '.join(RESOURCES)}")
    return token


async def _refuse(context: Context, reason: str) -> NoReturn:
    await context.abort(grpc.StatusCode.NOT_FOUND, reason)


async def serve(engine_address: str) -> None:
    """Serves until told to stop, or until the engine that started this plugin is gone."""
    parent = os.getppid()
    engine = Engine(engine_address)
    provider = Provider(engine)
    server = grpc.aio.server(options=MESSAGE_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    while not stopping.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stopping.wait(), ENGINE_CHECK_SECONDS)
        except TimeoutError:
            continue
    await provider.stop()
    await server.stop(ANSWER_SECONDS)
    await engine.close()
