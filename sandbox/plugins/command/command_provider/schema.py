"""What resources and functions there are and which properties they take."""

from dataclasses import dataclass, field
from typing import Any

from .values import Properties

VERSION = "1.2.1"


@dataclass(frozen=True)
class Field:
    """One property: its type, and what a check does with it."""

    type: str  # a JSON schema type, or "any", "asset"
    required: bool = False
    secret: bool = False
    replaces: bool = False
    default: Any = None
    properties: "dict[str, Field] | None" = None  # of an object


@dataclass(frozen=True)
class Resource:
    go_type: str  # as the published plugin names it in its messages
    inputs: dict[str, Field]
    outputs: dict[str, Field] = field(default_factory=dict)


STRING, BOOLEAN, LIST, MAP = Field("string"), Field("boolean"), Field("array"), Field("map")

_HOP = {
    "agentSocketPath": STRING,
    "dialErrorLimit": Field("integer", default=10),
    "host": Field("string", required=True),
    "hostKey": STRING,
    "password": Field("string", secret=True),
    "perDialTimeout": Field("integer", default=15),
    "port": Field("number", default=22),
    "privateKey": Field("string", secret=True),
    "privateKeyPassword": Field("string", secret=True),
    "user": Field("string", default="root"),
}
_PROXY = Field("object", properties=_HOP)
_CONNECTION = Field("object", required=True, secret=True, properties={**_HOP, "proxy": _PROXY})
_TRIGGERS = Field("array", replaces=True)
_OUTPUT = {"stdout": Field("string", required=True), "stderr": Field("string", required=True)}
_COMMON = {"addPreviousOutputInEnv": BOOLEAN, "environment": MAP, "logging": STRING, "stdin": STRING}
_STEPS = {"create": STRING, "delete": STRING, "triggers": _TRIGGERS, "update": STRING}
_LOCAL = {"archivePaths": LIST, "assetPaths": LIST, "dir": STRING, "interpreter": LIST}

LOCAL_COMMAND = "command:local:Command"
REMOTE_COMMAND = "command:remote:Command"
COPY_TO_REMOTE = "command:remote:CopyToRemote"
RUN = "command:local:run"

RESOURCES = {
    LOCAL_COMMAND: Resource("local.CommandInputs", {**_COMMON, **_STEPS, **_LOCAL}, _OUTPUT),
    REMOTE_COMMAND: Resource("remote.CommandInputs", {**_COMMON, **_STEPS, "connection": _CONNECTION}, _OUTPUT),
    COPY_TO_REMOTE: Resource(
        "remote.CopyToRemoteInputs",
        {
            "connection": _CONNECTION,
            "remotePath": Field("string", required=True),
            "source": Field("asset", required=True),
            "triggers": _TRIGGERS,
        },
    ),
}
FUNCTIONS = {
    RUN: Resource("local.RunInputs", {**_COMMON, **_LOCAL, "command": Field("string", required=True)}, _OUTPUT)
}


def package() -> Properties:
    """The package schema, without the published one's descriptions."""
    return {
        "name": "command",
        "version": VERSION,
        "meta": {"moduleFormat": "(.*)"},
        "types": {
            "command:remote:Connection": {"type": "object", **_members(_CONNECTION.properties or {})},
            "command:remote:ProxyConnection": {"type": "object", **_members(_HOP)},
        },
        "resources": {
            token: {
                "inputProperties": _members(resource.inputs)["properties"],
                "requiredInputs": _members(resource.inputs)["required"],
                **_members({**resource.inputs, **resource.outputs}),
            }
            for token, resource in RESOURCES.items()
        },
        "functions": {
            token: {
                "inputs": {"type": "object", **_members(function.inputs)},
                "outputs": {"type": "object", **_members({**function.inputs, **function.outputs})},
            }
            for token, function in FUNCTIONS.items()
        },
    }


def _members(fields: dict[str, Field]) -> Properties:
    return {
        "properties": {name: _property(name, item) for name, item in fields.items()},
        "required": sorted(name for name, item in fields.items() if item.required),
    }


def _property(name: str, item: Field) -> Properties:
    kinds: dict[str, Properties] = {
        "any": {"$ref": "pulumi.json#/Any"},
        "array": {"type": "array", "items": {"$ref": "pulumi.json#/Any"} if item.replaces else {"type": "string"}},
        "asset": {"oneOf": [{"$ref": "pulumi.json#/Asset"}, {"$ref": "pulumi.json#/Archive"}]},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "object": {"$ref": f"#/types/command:remote:{'ProxyConnection' if name == 'proxy' else 'Connection'}"},
    }
    spec = kinds.get(item.type, {"type": item.type})
    marks = {"secret": item.secret, "replaceOnChanges": item.replaces, "default": item.default}
    return {**spec, **{key: value for key, value in marks.items() if value}}
