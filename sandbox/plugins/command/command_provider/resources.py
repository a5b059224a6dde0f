"""What create, update and delete do for each type of resource, apart from how the engine asks for it."""

import os
import secrets
from typing import Any

from .engine import Log
from .output import Output
from .schema import COPY_TO_REMOTE, LOCAL_COMMAND, RESOURCES
from .values import UNKNOWN, Properties, is_unknown, plain

PRINTED = ("stdout", "stderr")


async def create(token: str, name: str, inputs: Properties, log: Log) -> tuple[str, Properties]:
    given = plain(inputs)
    if token == COPY_TO_REMOTE:
        await _copy(given, log)
        return secrets.token_hex(4), inputs
    printed = dict.fromkeys(PRINTED, "")
    if given.get("create") is not None:
        printed = await run(token, given["create"], given, printed, log)
    return name + secrets.token_hex(4), {**inputs, **printed}


def preview_create(token: str, name: str, inputs: Properties) -> tuple[str, Properties]:
    if token == COPY_TO_REMOTE:
        return "", inputs
    return name + secrets.token_hex(4), {**inputs, **dict.fromkeys(PRINTED, UNKNOWN)}


async def update(token: str, olds: Properties, news: Properties, log: Log) -> Properties:
    given, old = plain(news), plain(olds)
    if token == COPY_TO_REMOTE:
        if given["remotePath"] != old.get("remotePath") or _content(given) != _content(old):
            await _copy(given, log)
        return news
    printed = _printed(old)
    command = given.get("update", given.get("create"))
    if command is not None:
        printed = await run(token, command, given, printed, log)
    return {**news, **printed}


def preview_update(token: str, olds: Properties, news: Properties) -> Properties:
    if token == COPY_TO_REMOTE:
        return news
    given, old = plain(news), plain(olds)
    runs_again = any(
        is_unknown(news.get(name)) or (name in old and given.get(name) != old[name]) for name in RESOURCES[token].inputs
    )
    return {**news, **(dict.fromkeys(PRINTED, UNKNOWN) if runs_again else _printed(old))}


async def delete(token: str, state: Properties, log: Log) -> None:
    old = plain(state)
    if old.get("delete") is not None and token != COPY_TO_REMOTE:
        await run(token, old["delete"], old, _printed(old), log)


async def run(token: str, command: str, given: Properties, printed: dict[str, str], log: Log) -> dict[str, str]:
    """Runs one command of a resource or function and returns what it printed; `printed` is the last run's."""
    output = Output(log, given.get("logging"))
    environment = {key: str(value) for key, value in (given.get("environment") or {}).items()}
    previous = {}
    if given.get("addPreviousOutputInEnv") is not False:
        previous = {f"PULUMI_COMMAND_{stream.upper()}": text for stream, text in printed.items() if text}
    where: dict[str, Any] = {"stdin": given.get("stdin"), "output": output}
    if token == LOCAL_COMMAND:
        from . import local  # noqa: PLC0415 - not needed to answer a preview

        where |= {"environment": environment | previous, "interpreter": given.get("interpreter")}
        await local.run(command, directory=given.get("dir") or os.getcwd(), **where)  # noqa: PTH109
    else:
        from . import remote  # noqa: PLC0415 - asyncssh takes long to import, and a preview needs none

        where |= {"environment": environment, "previous": previous}
        await remote.run(command, connection=given["connection"], log=log, **where)
    return {"stdout": output.text("stdout"), "stderr": output.text("stderr")}


async def _copy(given: Properties, log: Log) -> None:
    from . import upload  # noqa: PLC0415 - as above

    await upload.copy(given["source"], given["remotePath"], given["connection"], log)


def _content(given: Properties) -> Any:
    source = given.get("source") or {}
    return source.get("hash")


def _printed(old: Properties) -> dict[str, str]:
    return {stream: old.get(stream) or "" for stream in PRINTED}
