"""Configuration errors: what is wrong, where, and how to set it right. Pure."""

from dataclasses import dataclass

from components.settings.field_rule import FieldRule
from components.settings.keys import qualified, remove_command


@dataclass(frozen=True, kw_only=True)
class ConfigError:
    """One refused setting.

    Attributes:
        key: the configuration key, with the place inside it if it is a list or an object.
        value: what stands there.
        rule: what may.
        remedy: how to set it right, a command if there is one.
        mentions: other keys whose values the rule or the remedy may repeat.
        remedy_without_value: the remedy where the value is a secret; by default that of the field.
    """

    key: str
    value: object
    rule: str
    remedy: str
    mentions: frozenset[str] = frozenset()
    remedy_without_value: str = ""

    def __str__(self) -> str:
        return f"{qualified(self.key)} = {self.value}\n    rule:   {self.rule}\n    remedy: {self.remedy}"


def wrong_value(key: str, value: object, rule: str, example: object) -> ConfigError:
    """A setting to be changed, to the example if nothing else is better."""
    return ConfigError(key=key, value=value, rule=rule, remedy=FieldRule(rule, str(example)).remedy(key))


def superfluous(key: str, value: object, rule: str) -> ConfigError:
    """A setting that has no effect beside another one: its operator expects something that will not happen."""
    return ConfigError(key=key, value=value, rule=rule, remedy=remove_command(key))
