"""Checks inputs as the published plugin does: unknown, missing and mistyped properties, defaults, secrets."""

from collections.abc import Iterator
from typing import Any

from .schema import COPY_TO_REMOTE, RESOURCES, Field
from .values import ARCHIVE, ASSET, SECRET, SIGNATURE, Properties, has_signature, is_unknown, plain, reveal, secret

Failure = tuple[str, str]  # property, reason

_GO_TYPES = {"string": "string", "number": "float64", "integer": "int", "boolean": "bool"}
_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "integer": (int, float),
    "boolean": bool,
    "array": list,
    "map": dict,
    "object": dict,
}


def check(token: str, news: Properties) -> tuple[Properties, list[Failure]]:
    """Returns the inputs to go on with, and why they cannot be gone on with."""
    resource = RESOURCES[token]
    failures = [*_mismatches(resource.inputs, news, resource.go_type)]
    if failures:
        return news, failures
    failures = _unsupported(news)
    if token == COPY_TO_REMOTE:
        failures += _bad_source(reveal(news["source"]))
    return _complete(resource.inputs, news), failures


def _mismatches(fields: dict[str, Field], values: Properties, go_type: str) -> Iterator[Failure]:
    for name, item in fields.items():
        value = reveal(values.get(name))
        if value is None:
            if item.required:
                yield name, f"Missing required field '{name}' on '{go_type}'"
        elif not is_unknown(value):
            yield from _mismatch(name, item, value, go_type)
    for name in sorted(values.keys() - fields.keys()):
        yield name, f"Unrecognized field '{name}' on '{go_type}'"


def _mismatch(name: str, item: Field, value: Any, go_type: str) -> Iterator[Failure]:
    expected = _PYTHON_TYPES.get(item.type)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and item.type != "boolean")):
        actual = {bool: "bool", str: "string", float: "float64", list: "[]resource.PropertyValue"}
        got = actual.get(type(value), "resource.PropertyMap")
        wanted = _GO_TYPES.get(item.type, item.type)
        yield name, f"Field '{name}' on '{go_type}' must be a '{wanted}'; got '{got}' instead"
    elif item.properties is not None:
        yield from _mismatches(item.properties, value, go_type)


def _unsupported(news: Properties) -> list[Failure]:
    return [
        (name, f"'{name}' is not supported by this stand-in for the command plugin; use the published plugin for it")
        for name in ("archivePaths", "assetPaths")
        if news.get(name) is not None
    ]


def _bad_source(source: Any) -> list[Failure]:
    if is_unknown(source):
        return []
    if has_signature(source, ASSET):
        if reveal(source.get("path")) or (source.get("text") is not None and not source.get("uri")):
            return []
        return [("asset", "asset must be a path-based file asset or a text asset")]
    if has_signature(source, ARCHIVE):
        return [] if reveal(source.get("path")) else [("archive", "archive must be a path to a file or directory")]
    return [("asset", "either asset or archive must be set")]


def _complete(fields: dict[str, Field], values: Properties) -> Properties:
    """Fills defaults in and marks secrets; what is null is left out."""
    given = {name: value for name, value in values.items() if value is not None}
    completed = {name: _complete_value(fields[name], value) for name, value in given.items()}
    defaults = {name: item.default for name, item in fields.items() if item.default is not None and name not in given}
    return {**completed, **defaults}


def _complete_value(item: Field, value: Any) -> Any:
    if has_signature(value, SECRET):
        return secret(_complete_bare(item, value.get("value")))
    value = _complete_bare(item, value)
    return secret(value) if item.secret else value


def _complete_bare(item: Field, value: Any) -> Any:
    if is_unknown(value):
        return value
    if item.properties is not None:
        return _complete(item.properties, value)
    if has_signature(value, ASSET):
        return {"hash": "", "path": "", "text": "", "uri": "", **plain(value), SIGNATURE: ASSET}
    return value
