"""What is wrong with the configuration, and how it is said: every fault at once, each with its way out."""

import difflib
import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pulumi
from pydantic import ValidationError
from pydantic_core import ErrorDetails

LONGEST_VALUE = 100


@dataclass(frozen=True)
class Rule:
    """The rule of a field, attached to its type: what may stand there, and a value that may.

    Lists and objects have their example in YAML: they are set in the stack's file.
    """

    text: str
    example: str

    def remedy(self, key: str) -> str:
        if self.example.startswith(("[", "{")):
            return f"in the stack's Pulumi.*.yaml, {qualified(key)}: {self.example}"
        return set_command(key, self.example)


@dataclass(frozen=True, kw_only=True)
class ConfigError:
    """One refused setting.

    Attributes:
        key: the configuration key, with the place inside it if it is a list or an object.
        value: what stands there.
        rule: what may.
        remedy: how to set it right, a command if there is one.
        mentions: other keys whose values the rule or the remedy may repeat.
    """

    key: str
    value: object
    rule: str
    remedy: str
    mentions: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{qualified(self.key)} = {self.value}\n    rule:   {self.rule}\n    remedy: {self.remedy}"


class SettingsError(pulumi.RunError):
    """The configuration is refused. A RunError, so that the engine prints the text alone, without a traceback."""

    def __init__(self, faults: Iterable[ConfigError]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} setting{'s are' if len(self.faults) > 1 else ' is'} refused"
        super().__init__(f"{count}; nothing was changed.\n" + "\n".join(f"  {fault}" for fault in self.faults))


def qualified(key: str) -> str:
    """`etcd:size` for `size`; a key that names its own namespace, such as `aws:region`, stays."""
    return key if ":" in top_key(key) else f"etcd:{key}"


def top_key(key: str) -> str:
    """`tags` for `tags.owner`, `addresses` for `addresses[1]`: the key as it stands in the stack's file."""
    return re.split(r"[.\[]", key, maxsplit=1)[0]


def set_command(key: str, example: str) -> str:
    return f"pulumi config set {qualified(key)} {example}"


def from_validation(error: ValidationError, rules: Mapping[str, Rule]) -> list[ConfigError]:
    """Pydantic's findings in the project's words. `rules` holds the rule of every known key."""
    faults: dict[str, ConfigError] = {}
    for detail in error.errors(include_url=False):
        fault = _unknown(detail, rules) if detail["type"] == "extra_forbidden" else _refused(detail, rules)
        faults.setdefault(fault.key, fault)
    return list(faults.values())


def redacted(
    faults: Iterable[ConfigError], rules: Mapping[str, Rule], secret_keys: frozenset[str]
) -> list[ConfigError]:
    """The same faults, fit to print: nothing of a secret, and no value longer than a line."""
    return [
        _hidden(fault, rules)
        if secret_keys & {top_key(fault.key), *fault.mentions}
        else replace(fault, value=_text(fault.value))
        for fault in faults
    ]


def _hidden(fault: ConfigError, rules: Mapping[str, Rule]) -> ConfigError:
    key = top_key(fault.key)
    hidden = replace(fault, key=key, value="[secret]")
    rule = rules.get(key)
    return replace(hidden, rule=rule.text, remedy=f"{rule.remedy(key)} --secret") if rule else hidden


def _text(value: object) -> str:
    if value in ("", None):
        return "(not set)"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _unknown(detail: ErrorDetails, rules: Mapping[str, Rule]) -> ConfigError:
    key = str(detail["loc"][0])
    near = difflib.get_close_matches(key, rules, n=2)
    meant = f"; did you mean {' or '.join(qualified(match) for match in near)}?" if near else ""
    return ConfigError(
        key=key,
        value=detail["input"],
        rule=f"there is no such setting{meant}",
        remedy=f"pulumi config rm {shlex.quote(qualified(key))}; Pulumi.yaml lists the settings",
    )


def _refused(detail: ErrorDetails, rules: Mapping[str, Rule]) -> ConfigError:
    key = _place(detail["loc"])
    rule = rules[top_key(key)]
    # Validators of our own raise ValueError with the exact reason; pydantic's reasons are about types.
    reason = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else rule.text
    return ConfigError(key=key, value=detail["input"], rule=reason, remedy=rule.remedy(top_key(key)))


def _place(location: tuple[int | str, ...]) -> str:
    key = str(location[0])
    for part in location[1:]:
        if part != "[key]":
            key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key
