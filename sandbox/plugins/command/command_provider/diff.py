"""Compares old and new inputs property by property, in the engine's own terms of a detailed diff."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from .schema import RESOURCES
from .values import ASSET, SIGNATURE, Properties, has_signature

Kind = Literal["ADD", "ADD_REPLACE", "DELETE", "DELETE_REPLACE", "UPDATE", "UPDATE_REPLACE"]


def diff(token: str, olds: Properties, news: Properties) -> dict[str, Kind]:
    """Maps the path of each changed property to how it changed; olds are outputs, a superset of inputs."""
    fields = RESOURCES[token].inputs
    old_inputs = {name: olds[name] for name in fields if name in olds}
    # Only a path that is itself a property name forces a replacement, so a changed `triggers[0]` is an update
    # here; the language SDKs ask for its replacement themselves.
    return {
        path: _as_replacement(kind) if path in fields and fields[path].replaces else kind
        for path, kind in _compare_maps("", old_inputs, news)
    }


def ignoring(names: list[str], olds: Properties, news: Properties) -> Properties:
    """The new inputs with those to be ignored as they were."""
    kept = {name: value for name, value in news.items() if name not in names}
    return kept | {name: olds[name] for name in names if name in olds}


def top_level(path: str) -> str:
    """The property that a path starts at."""
    found = re.match(r"[^.\[]+", path)
    return found.group() if found else path


def _as_replacement(kind: Kind) -> Kind:
    replacements: dict[Kind, Kind] = {"ADD": "ADD_REPLACE", "DELETE": "DELETE_REPLACE", "UPDATE": "UPDATE_REPLACE"}
    return replacements.get(kind, kind)


def _compare_maps(prefix: str, old: Properties, new: Properties) -> Iterator[tuple[str, Kind]]:
    for name in sorted(old.keys() | new.keys()):
        yield from _compare(_join(prefix, name), old.get(name), new.get(name))


def _compare(path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    if _equal(old, new):
        return
    if old is None:
        yield path, "ADD"
    elif new is None:
        yield path, "DELETE"
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            item = f"{path}[{index}]"
            if index >= len(old):
                yield item, "ADD"
            elif index >= len(new):
                yield item, "DELETE"
            else:
                yield from _compare(item, old[index], new[index])
    elif _is_object(old) and _is_object(new):
        yield from _compare_maps(path, old, new)
    else:
        yield path, "UPDATE"


def _is_object(value: Any) -> bool:
    # Secrets and assets carry a signature and are compared as a whole.
    return isinstance(value, dict) and SIGNATURE not in value


def _equal(old: Any, new: Any) -> bool:
    if has_signature(old, ASSET) and has_signature(new, ASSET) and old.get("hash") and new.get("hash"):
        return bool(old["hash"] == new["hash"])  # the text may have been left out of a request
    return bool(old == new)


def _join(prefix: str, name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        escaped = name.replace('"', '\\"')
        return f'{prefix}["{escaped}"]'
    return f"{prefix}.{name}" if prefix else name
