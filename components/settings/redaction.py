"""Redaction of configuration errors: nothing of a secret is printed, and no value longer than a line."""

import json
from collections.abc import Iterable
from dataclasses import replace

from components.settings.errors import ConfigError
from components.settings.key_index import RULES
from components.settings.keys import remove_command, top_key

MAX_VALUE_LENGTH = 100


def redacted(errors: Iterable[ConfigError], secret_keys: frozenset[str]) -> list[ConfigError]:
    """The same errors, fit to print."""
    return [
        _hidden(error)
        if secret_keys & {error.key, top_key(error.key), *error.mentions}
        else replace(error, value=_printable(error.value))
        for error in errors
    ]


def _hidden(error: ConfigError) -> ConfigError:
    """The exact rule and remedy may repeat the value; those of the field do not."""
    if rule := RULES.get(key := top_key(error.key)):
        return ConfigError(key=key, value="[secret]", rule=rule.text, remedy=rule.remedy(key, secret=True))
    return replace(error, value="[secret]", remedy=error.remedy_without_value or remove_command(error.key))


def _printable(value: object) -> str:
    if value in ("", None):
        return "(not set)"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}…"
