"""Rules that compare several fields: plain functions of the settings, each applied where all that it reads is sound."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

from components.settings.errors import ConfigError
from components.settings.key_index import KEYS
from components.settings.model import Settings

Check = Callable[[Settings], Iterator[ConfigError]]


class RefusedFieldError(Exception):
    """A rule read a field that was refused on its own account. Nothing follows from such a value."""


class CrossFieldRules:
    """The rules of one topic. `add` is the decorator of a rule."""

    def __init__(self) -> None:
        self._checks: list[Check] = []

    def add(self, check: Check) -> Check:
        self._checks.append(check)
        return check

    def errors(self, settings: Settings, refused: frozenset[str]) -> Iterator[ConfigError]:
        """What these rules refuse. A rule ends where it reads a key among `refused`."""
        for check in self._checks:
            fields = _RecordedFields(settings, refused)
            try:
                for error in check(cast("Settings", fields)):
                    yield replace(error, mentions=frozenset(fields.keys_read))
            except RefusedFieldError:
                continue


class _RecordedFields:
    """The fields of the settings as one rule reads them: each key read is recorded."""

    def __init__(self, settings: Settings, refused: frozenset[str]) -> None:
        self._settings, self._refused = settings, refused
        self.keys_read: set[str] = set()

    def __getattr__(self, name: str) -> object:
        value = getattr(self._settings, name)
        key = KEYS[name]
        if key in self._refused:
            raise RefusedFieldError(key)
        self.keys_read.add(key)
        return value
