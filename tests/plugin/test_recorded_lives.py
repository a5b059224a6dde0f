"""The plugin answers as the published v1.2.1 did, step by step through 28 recorded lives of resources."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.plugin.plugin import CALL_SECONDS, Plugin, Properties, to_dict, urn
from tests.plugin.ssh_servers import SshServers

RECORDING = Path(__file__).with_name("recorded-1.2.1.json")
NAMES = [life["name"] for life in json.loads(RECORDING.read_text())["cases"]]
STEPS = ("check", "create_preview", "create", "diff", "update", "delete")


@pytest.fixture(scope="module")
def lives(servers: SshServers, folder: Path) -> dict[str, Properties]:
    payload = folder / "conf.txt"
    payload.write_text("payload\n")
    text = RECORDING.read_text()
    swaps = {
        "<HOST>": servers.first.address,
        "<KEY>": json.dumps(servers.private_key)[1:-1],
        "/tmp/conf.txt": str(payload),
    }
    for mark, real in swaps.items():
        text = text.replace(mark, real)
    return {life["name"]: life for life in json.loads(text)["cases"]}


@pytest.mark.parametrize("name", NAMES)
def test_answers_as_recorded(name: str, lives: dict[str, Properties], plugin: Plugin) -> None:
    life = lives[name]
    assert live(plugin, life) == {step: life[step] for step in STEPS if step in life}


def live(plugin: Plugin, life: Properties) -> Properties:
    """Takes one resource through the steps that its recording has, up to the first that fails."""
    answers: Properties = {}
    name = urn(life["type"], "x")
    checked = plugin.check(life["type"], life["inputs"])
    answers["check"] = _checked(checked)
    if checked.failures:
        return answers
    inputs = checked.inputs
    if "create_preview" in life:
        preview = provider_pb2.CreateRequest(urn=name, properties=inputs, preview=True)
        answers["create_preview"] = _created(_ask(plugin.stub.Create, preview))
    created = _ask(plugin.stub.Create, provider_pb2.CreateRequest(urn=name, properties=inputs))
    answers["create"] = _created(created)
    if isinstance(created, dict):
        return answers
    place: Properties = {"urn": name, "id": created.id, "old_inputs": inputs}
    state = created.properties
    if "new_inputs" in life:
        inputs = plugin.check(life["type"], life["new_inputs"], olds=to_dict(state)).inputs
        change = {**place, "olds": state, "news": inputs}
        answers["diff"] = to_dict(_ask(plugin.stub.Diff, provider_pb2.DiffRequest(**change)))
        state = _ask(plugin.stub.Update, provider_pb2.UpdateRequest(**change)).properties
        answers["update"] = {"properties": to_dict(state)}
    deletion = provider_pb2.DeleteRequest(**{**place, "properties": state, "old_inputs": inputs})
    deleted = _ask(plugin.stub.Delete, deletion)
    answers["delete"] = deleted if isinstance(deleted, dict) else "ok"
    return answers


def _ask(method: Any, request: Any) -> Any:
    try:
        return method(request, timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        return {"code": error.code().name, "details": error.details()}


def _checked(response: Any) -> Properties:
    return {"inputs": to_dict(response.inputs), "failures": [to_dict(failure) for failure in response.failures]}


def _created(response: Any) -> Properties:
    if isinstance(response, dict):
        return response
    return {"id_set": bool(response.id), "properties": to_dict(response.properties)}


def test_the_recording_is_whole() -> None:
    assert len(NAMES) == len(set(NAMES)) == 28
