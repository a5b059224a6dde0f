"""How a rule that joins several settings is written down and applied."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from components.settings.errors import ConfigError, Rule, qualified, top_key

if TYPE_CHECKING:
    from components.settings.model import Settings

Check = Callable[["Settings"], Iterator[ConfigError]]


class CrossFieldRules:
    """The rules of one module. Called with the keys that a rule reads, it is that rule's decorator."""

    def __init__(self) -> None:
        self._rules: list[tuple[frozenset[str], Check]] = []

    def __call__(self, *keys: str) -> Callable[[Check], Check]:
        def register(check: Check) -> Check:
            self._rules.append((frozenset(keys), check))
            return check

        return register

    def faults(self, settings: "Settings", refused: set[str]) -> Iterator[ConfigError]:
        """What these rules find. A rule that reads a key which is refused on its own account is skipped."""
        for keys, check in self._rules:
            if not keys & refused:
                yield from (replace(found, mentions=keys) for found in check(settings))


def fault(key: str, value: object, rule: str, example: object) -> ConfigError:
    return ConfigError(key=key, value=value, rule=rule, remedy=Rule(rule, str(example)).remedy(top_key(key)))


def superfluous(key: str, value: object, rule: str) -> ConfigError:
    """A setting that means nothing beside another: whoever made it expects something that will not happen."""
    return ConfigError(key=key, value=value, rule=rule, remedy=f"pulumi config rm {qualified(key)}")
