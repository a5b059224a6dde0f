"""Validation of a stack's configuration: everything that is wrong is reported at once."""

import difflib
import shlex
from collections.abc import Iterable, Mapping

import pulumi
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from components.settings.errors import ConfigError
from components.settings.field_rule import FieldRule
from components.settings.key_index import RULES
from components.settings.keys import qualified, remove_command, top_key
from components.settings.model import Settings
from components.settings.redaction import redacted
from components.settings.rules import certificates, etcd, machines, network, sources, ssh, volumes, zones

CROSS_FIELD_RULES = (
    *(network.rules, zones.rules, sources.rules, ssh.rules),
    *(machines.rules, volumes.rules, etcd.rules, certificates.rules),
)
RENAMED = {"protected": "deletionProtection", "renewMachines": "replaceMachines"}


class SettingsError(pulumi.RunError):
    """The configuration is refused. A RunError, so that the engine prints the text alone, without a traceback."""

    def __init__(self, errors: Iterable[ConfigError]) -> None:
        self.errors = tuple(errors)
        count = f"{len(self.errors)} setting{'s are' if len(self.errors) > 1 else ' is'} refused"
        super().__init__(f"{count}; nothing was changed.\n" + "\n".join(f"  {error}" for error in self.errors))


def parse(values: Mapping[str, object], secret_keys: frozenset[str] = frozenset()) -> Settings:
    """The settings, or one SettingsError with everything that is wrong with them.

    `values` has configuration keys without `etcd:`, and `aws:region`.
    """
    errors, refused = list[ConfigError](), frozenset[str]()
    try:
        settings = Settings.model_validate(dict(values))
    except ValidationError as error:
        errors = _field_errors(error)
        refused = frozenset(str(detail["loc"][0]) for detail in error.errors(include_url=False))
        # Defaults take the place of refused values, so that the others are checked in the same run. No rule reads them.
        settings = Settings.model_validate({key: value for key, value in values.items() if key not in refused})
    for rules in CROSS_FIELD_RULES:
        errors += rules.errors(settings, refused)
    if errors:
        raise SettingsError(redacted(sorted(errors, key=lambda error: error.key), secret_keys))
    return settings


def _field_errors(error: ValidationError) -> list[ConfigError]:
    """Pydantic's findings in the project's words, one for each place."""
    errors: dict[str, ConfigError] = {}
    for detail in error.errors(include_url=False):
        found = _unknown(detail) if detail["type"] == "extra_forbidden" else _refused(detail)
        errors.setdefault(found.key, found)
    return list(errors.values())


def _unknown(detail: ErrorDetails) -> ConfigError:
    key, value = str(detail["loc"][0]), detail["input"]
    if key in RENAMED:
        return _renamed(key, value)
    near = difflib.get_close_matches(key, RULES, n=2)
    meant = f"; did you mean {' or '.join(qualified(match) for match in near)}?" if near else ""
    remedy = f"{remove_command(key)}; docs/reference/settings.md lists the settings"
    return ConfigError(key=key, value=value, rule=f"there is no such setting{meant}", remedy=remedy)


def _renamed(key: str, value: object) -> ConfigError:
    """The new name is set by hand: the program writes no configuration."""
    new = RENAMED[key]
    text = str(value)
    is_list = text.startswith("[")
    set_new = FieldRule("", text if is_list else shlex.quote(text)).remedy(new)
    rule = f"{qualified(key)} was renamed: {qualified(new)}"
    remove, set_secret = remove_command(key), f"pulumi config set --secret {qualified(new)}"
    return ConfigError(
        key=key, value=value, rule=rule, remedy=f"{remove}; {set_new}", remedy_without_value=f"{remove}; {set_secret}"
    )


def _refused(detail: ErrorDetails) -> ConfigError:
    key = _place(detail["loc"])
    rule = RULES[top_key(key)]
    # Validators of our own raise ValueError with the exact reason; pydantic's reasons are about types.
    reason = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else rule.text
    return ConfigError(key=key, value=detail["input"], rule=reason, remedy=rule.remedy(key))


def _place(location: tuple[int | str, ...]) -> str:
    key = str(location[0])
    for part in location[1:]:
        if part != "[key]":
            key += f"[{part}]" if isinstance(part, int) else f".{part}"
    return key
