"""Property values as the engine sends them: JSON-like, with marked secrets, unknowns and assets."""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

# sdk/go/common/resource/sig and plugin/rpc.go of pulumi/pulumi.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag of the wire format
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = {
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
    "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
    "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
}

Properties = dict[str, Any]


def from_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


def from_struct(struct: struct_pb2.Struct) -> Properties:
    return {key: from_value(value) for key, value in struct.fields.items()}


def to_struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


def has_signature(value: Any, signature: str) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == signature


def secret(value: Any) -> Any:
    return value if has_signature(value, SECRET) else {SIGNATURE: SECRET, "value": value}


def reveal(value: Any) -> Any:
    """Takes the secret mark off the value itself, not off what it contains."""
    while has_signature(value, SECRET):
        value = value.get("value")
    return value


def plain(value: Any) -> Any:
    """Takes every secret mark off, at any depth."""
    value = reveal(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def is_unknown(value: Any) -> bool:
    value = reveal(value)
    return isinstance(value, str) and value in UNKNOWNS


def quote(text: str) -> str:
    """Quotes like Go's %q, which the published plugin's error messages use."""
    named = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    named |= {"\\": "\\\\", '"': '\\"'}
    return '"' + "".join(named.get(char) or _escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
