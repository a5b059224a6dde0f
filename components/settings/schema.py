"""The settings as Pulumi.yaml and docs/reference/settings.md describe them, made from the model: `make schema`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_origin

import yaml

from components.settings.key_index import KEYS, RULES
from components.settings.model import Settings

ROOT = Path(__file__).parents[2]
TYPES: Mapping[object, str] = {str: "string", int: "integer", bool: "boolean", tuple: "array", dict: "object"}
CONFIG = "config:\n"
NEVER_WRAP = 10_000  # one line a description, so that grep shows all of it
PAGE_HEAD = """\
<!-- Written by `make schema` from components/settings/model.py. Edits here are lost. -->
# Settings

Every setting of a stack. `pulumi config set etcd:KEY VALUE` sets one; lists and objects are set in the stack's
`Pulumi.*.yaml`. Wrong settings are all reported at once, before any resource is created.

The region is a setting of the AWS provider, `aws:region`, or `AWS_REGION` in the environment.

| Setting | Type | Default | Allowed | Description |
|---|---|---|---|---|
"""


def entries() -> dict[str, dict[str, Any]]:
    """The `config:` block of Pulumi.yaml: every setting of this program by its key."""
    return {key: _entry(name) for name, key in KEYS.items() if ":" not in key}


def _entry(name: str) -> dict[str, Any]:
    field = Settings.model_fields[name]
    kind = TYPES[get_origin(field.annotation) or field.annotation]
    items = {"items": {"type": "string"}} if kind == "array" else {}
    default = [] if kind == "array" else field.default
    description = " ".join((field.description or "").split())
    return {"type": kind, **items, "default": default, "description": description}


def project_file(current: str) -> str:
    """Pulumi.yaml with the settings of the model. All that stands before them is kept."""
    head, _, _ = current.partition(f"\n{CONFIG}")
    block = yaml.safe_dump({"config": entries()}, sort_keys=False, width=NEVER_WRAP, allow_unicode=True)
    return f"{head}\n{block}"


def page() -> str:
    """docs/reference/settings.md."""
    return PAGE_HEAD + "".join(_row(key, entry) for key, entry in entries().items())


def _row(key: str, entry: Mapping[str, Any]) -> str:
    cells = [f"`{key}`", entry["type"], _default(entry["default"]), RULES[key].text, entry["description"]]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n"


def _default(value: object) -> str:
    if value in ("", [], {}):
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def files() -> dict[Path, str]:
    """The generated files, as they should be."""
    project = ROOT / "Pulumi.yaml"
    return {project: project_file(project.read_text()), ROOT / "docs" / "reference" / "settings.md": page()}


def main() -> None:
    for path, text in files().items():
        changed = not path.is_file() or path.read_text() != text
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        print(f"{'changed' if changed else 'unchanged'}: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
