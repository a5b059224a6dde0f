"""Stack files, read and written as Pulumi does it: in YAML 1.2, where `18:30`, `yes` and `on` are text.

A value that is not text in YAML 1.2 (`true`, `3`, `0777`) is kept as it stands in the file, so that its
meaning to Pulumi stays the same. Text is written in quotes, since readers of YAML 1.1 would mistake some of it.
"""

from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.error import YAMLError

from sandbox.cli.paths import CliError, write_private

TAG = "tag:yaml.org,2002:"
WIDE = 10_000  # columns: no line is folded


class Literal(str):
    """A scalar that is not text, such as `true`: its characters, and the type that YAML 1.2 gives them."""

    tag: str


def read(path: Path) -> dict[str, Any]:
    """The content of a file; empty where there is no file, or nothing in it."""
    try:
        node = _yaml().compose(path) if path.exists() else None
        content = _from_node(node) if node is not None else {}
    except YAMLError as error:
        raise CliError(f"{path} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise CliError(f"{path} is not a stack file: it should be a mapping, such as `config: {{...}}`")
    return content


def write(path: Path, content: dict[str, Any]) -> None:
    text = StringIO()
    _yaml().serialize(_to_node(content), text)
    write_private(path, text.getvalue())


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.width = WIDE
    return yaml


def _from_node(node: Node) -> Any:
    match node:
        case MappingNode():
            content = {_from_node(key): _from_node(value) for key, value in node.value}
            if len(content) != len(node.value):
                raise YAMLError(f"the mapping that begins in line {node.start_mark.line + 1} has a key twice")
            return content
        case SequenceNode():
            return [_from_node(each) for each in node.value]
    if node.tag == f"{TAG}str":
        return str(node.value)
    literal = Literal(node.value)
    literal.tag = str(node.tag)
    return literal


def _to_node(value: Any) -> Node:
    match value:
        case dict():
            pairs = [(_to_node(key), _to_node(each)) for key, each in sorted(value.items())]
            return MappingNode(f"{TAG}map", pairs, flow_style=False)
        case list():
            return SequenceNode(f"{TAG}seq", [_to_node(each) for each in value], flow_style=False)
        case Literal():
            return ScalarNode(value.tag, str(value))
    return ScalarNode(f"{TAG}str", str(value), style='"')
