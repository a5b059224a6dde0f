"""A preview runs nothing, tells what is not known yet, and a diff names what changes."""

from pathlib import Path

import pytest
from pulumi.runtime.proto import provider_pb2

from tests.plugin.plugin import Plugin, Properties, to_dict, to_struct, urn

LOCAL, REMOTE, COPY = "command:local:Command", "command:remote:Command", "command:remote:CopyToRemote"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
TYPE = "remote.CommandInputs"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def secret(value: object) -> Properties:
    return {**SECRET, "value": value}


def preview_create(plugin: Plugin, kind: str, inputs: Properties) -> Properties:
    request = provider_pb2.CreateRequest(urn=urn(kind, "x"), properties=plugin.checked(kind, inputs), preview=True)
    return to_dict(plugin.stub.Create(request).properties)


def preview_update(plugin: Plugin, olds: Properties, inputs: Properties) -> Properties:
    news = plugin.checked(LOCAL, inputs)
    request = provider_pb2.UpdateRequest(id="x", urn=urn(LOCAL, "x"), olds=to_struct(olds), news=news, preview=True)
    return to_dict(plugin.stub.Update(request).properties)


def diff(plugin: Plugin, kind: str, olds: Properties, inputs: Properties) -> Properties:
    news = plugin.checked(kind, inputs)
    answer = to_dict(plugin.stub.Diff(provider_pb2.DiffRequest(urn=urn(kind, "x"), olds=to_struct(olds), news=news)))
    return {path: change.get("kind", "ADD") for path, change in answer.get("detailedDiff", {}).items()} | {
        "replaces": answer.get("replaces", [])
    }


@pytest.mark.parametrize("connection", [UNKNOWN, secret(UNKNOWN)])
def test_an_unknown_connection_stays_unknown(plugin: Plugin, connection: object) -> None:
    outputs = preview_create(plugin, REMOTE, {"create": "true", "connection": connection})
    assert outputs["connection"] == secret(UNKNOWN)
    assert outputs["stdout"] == UNKNOWN


def test_unknowns_within_a_connection_pass_through(plugin: Plugin) -> None:
    given = {"host": UNKNOWN, "privateKey": secret(UNKNOWN), "dialErrorLimit": UNKNOWN, "hostKey": "k"}
    outputs = preview_create(plugin, REMOTE, {"create": UNKNOWN, "stdin": secret(UNKNOWN), "connection": given})
    defaults = {"user": "root", "port": 22, "perDialTimeout": 15}
    assert outputs["connection"] == secret({**given, **defaults})
    assert (outputs["create"], outputs["stdin"]) == (UNKNOWN, secret(UNKNOWN))


def test_an_unknown_source_passes_through(plugin: Plugin) -> None:
    inputs = {"connection": {"host": "h"}, "source": UNKNOWN, "remotePath": UNKNOWN}
    outputs = preview_create(plugin, COPY, inputs)
    assert (outputs["source"], outputs["remotePath"]) == (UNKNOWN, UNKNOWN)


def test_secret_inputs_stay_secret_in_the_outputs(plugin: Plugin) -> None:
    outputs = plugin.create(LOCAL, {"create": "cat", "stdin": secret("s"), "environment": {"A": secret("1")}})
    assert (outputs["stdin"], outputs["environment"]) == (secret("s"), {"A": secret("1")})
    assert outputs["stdout"] == "s"


def test_a_preview_runs_nothing(plugin: Plugin, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    inputs = {"create": f"touch {trace}", "update": f"touch {trace}"}
    preview_create(plugin, LOCAL, inputs)
    preview_update(plugin, {**inputs, "stdout": "", "stderr": ""}, {**inputs, "update": f"touch {trace} "})
    assert not trace.exists()


@pytest.mark.parametrize(
    ("changes", "stdout"), [({}, "before"), ({"create": "echo b"}, UNKNOWN), ({"stdin": UNKNOWN}, UNKNOWN)]
)
def test_an_update_leaves_output_unknown_if_it_will_run(plugin: Plugin, changes: Properties, stdout: str) -> None:
    olds = {"create": "echo a", "stdout": "before", "stderr": ""}
    assert preview_update(plugin, olds, {"create": "echo a", **changes})["stdout"] == stdout


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"stdin": "a"}, {"stdin": UNKNOWN}, {"stdin": "UPDATE", "replaces": []}),
        ({}, {"stdin": "a"}, {"stdin": "ADD", "replaces": []}),
        ({"stdin": "a"}, {}, {"stdin": "DELETE", "replaces": []}),
        (
            {"environment": {"a.b": "1"}},
            {"environment": {"a.b": "2"}},
            {'environment["a.b"]': "UPDATE", "replaces": []},
        ),
        ({"triggers": ["a"]}, {"triggers": ["a", "b"]}, {"triggers[1]": "ADD", "replaces": []}),
        ({}, {"triggers": ["a"]}, {"triggers": "ADD_REPLACE", "replaces": ["triggers"]}),
        ({"triggers": ["a"]}, {"triggers": UNKNOWN}, {"triggers": "UPDATE_REPLACE", "replaces": ["triggers"]}),
        ({"stdout": "printed"}, {}, {"replaces": []}),
    ],
)
def test_a_diff_names_the_changes(plugin: Plugin, old: Properties, new: Properties, changes: Properties) -> None:
    assert diff(plugin, LOCAL, {"create": "a", **old}, {"create": "a", **new}) == changes


def test_ignored_changes_make_no_difference(plugin: Plugin) -> None:
    olds, news = {"create": "a", "stdin": "old"}, {"create": "a", "stdin": "new"}
    request = provider_pb2.DiffRequest(
        urn=urn(LOCAL, "x"), olds=to_struct(olds), news=to_struct(news), ignoreChanges=["stdin"]
    )
    assert plugin.stub.Diff(request).changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"connection": {}}, "Missing required field 'host' on 'remote.CommandInputs'"),
        ({"connection": {"host": "h", "por": 1}}, "Unrecognized field 'por' on 'remote.CommandInputs'"),
        ({"connection": "h"}, f"Field 'connection' on '{TYPE}' must be a 'object'; got 'string' instead"),
        (
            {"connection": {"host": 1}},
            f"Field 'host' on '{TYPE}' must be a 'string'; got 'float64' instead",
        ),
    ],
)
def test_bad_inputs_are_refused(plugin: Plugin, inputs: Properties, reason: str) -> None:
    assert [failure.reason for failure in plugin.check(REMOTE, inputs).failures] == [reason]
