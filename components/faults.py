"""What is wrong with the configuration, and how it is said: every fault at once, each with its way out."""

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from pydantic import ValidationError
from pydantic_core import ErrorDetails

LONGEST_VALUE = 100


@dataclass(frozen=True)
class Rule:
    """The rule of a field, attached to its type: what may stand there, and a value that may."""

    text: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One refused setting. `key` is the configuration key, with the place inside it if it is a list or an object."""

    key: str
    value: object
    rule: str
    remedy: str

    def __str__(self) -> str:
        return f"{qualified(self.key)} = {self.value}\n    rule:   {self.rule}\n    remedy: {self.remedy}"


class SettingsError(pulumi.RunError):
    """The configuration is refused. A RunError, so that the engine prints the text alone, without a traceback."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} setting{'s are' if len(self.faults) > 1 else ' is'} refused"
        super().__init__(f"{count}; nothing was changed.\n" + "\n".join(f"  {fault}" for fault in self.faults))


def qualified(key: str) -> str:
    """`etcd:size` for `size`; a key that names its own namespace, such as `aws:region`, stays."""
    return key if ":" in key.split(".")[0] else f"etcd:{key}"


def top_key(key: str) -> str:
    """`tags` for `tags.owner`, `addresses` for `addresses[1]`: the key as it stands in the stack file."""
    return key.split(".")[0].split("[")[0]


def set_command(key: str, example: str) -> str:
    """The command that sets a key right."""
    path = "--path " if key != top_key(key) else ""
    return f"pulumi config set {path}'{qualified(key)}' {example}"


def from_validation(error: ValidationError, rules: Mapping[str, Rule]) -> list[Fault]:
    """Pydantic's findings in the project's words. `rules` holds the rule of every known key."""
    faults: dict[str, Fault] = {}
    for detail in error.errors(include_url=False):
        fault = _unknown(detail, rules) if detail["type"] == "extra_forbidden" else _refused(detail, rules)
        faults.setdefault(fault.key, fault)
    return list(faults.values())


def shown(faults: Iterable[Fault], secret_keys: frozenset[str]) -> list[Fault]:
    """The same faults with their values fit to print: never a secret's, and none longer than a line."""
    return [replace(fault, value=_printable(fault, secret_keys)) for fault in faults]


def _printable(fault: Fault, secret_keys: frozenset[str]) -> str:
    if top_key(fault.key) in secret_keys:
        return "[secret]"
    if fault.value in ("", None):
        return "(not set)"
    text = fault.value if isinstance(fault.value, str) else json.dumps(fault.value, default=str)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _unknown(detail: ErrorDetails, rules: Mapping[str, Rule]) -> Fault:
    key = str(detail["loc"][0])
    near = difflib.get_close_matches(key, rules, n=2)
    meant = f" Did you mean {' or '.join(qualified(match) for match in near)}?" if near else ""
    remedy = f"pulumi config rm '{qualified(key)}'"
    return Fault(
        key=key,
        value=detail["input"],
        rule=f"no such setting.{meant}",
        remedy=remedy if near else f"{remedy}; Pulumi.yaml lists the settings",
    )


def _refused(detail: ErrorDetails, rules: Mapping[str, Rule]) -> Fault:
    key = _place(detail["loc"])
    rule = rules[top_key(key)]
    # Validators of our own raise ValueError with the exact reason; pydantic's reasons are about types.
    reason = str(_cause(detail)) if detail["type"] == "value_error" else rule.text
    return Fault(key=key, value=detail["input"], rule=reason, remedy=set_command(key, rule.example))


def _cause(detail: ErrorDetails) -> Any:
    return detail["ctx"]["error"]


def _place(location: tuple[int | str, ...]) -> str:
    key = str(location[0])
    for part in location[1:]:
        if part != "[key]":
            key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key
