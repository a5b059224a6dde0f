"""The configuration key of each field of the settings model, and the rule of each key."""

from collections.abc import Mapping

from components.settings.field_rule import FieldRule
from components.settings.model import Settings

KEYS: Mapping[str, str] = {name: field.alias or name for name, field in Settings.model_fields.items()}
RULES: Mapping[str, FieldRule] = {
    KEYS[name]: next(item for item in field.metadata if isinstance(item, FieldRule))
    for name, field in Settings.model_fields.items()
}
