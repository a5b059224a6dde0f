"""A sound configuration, and the errors that a change of it brings."""

import pytest

from components.settings.errors import ConfigError
from components.settings.validate import SettingsError, parse
from tests.unit.bad_settings import Values

GOOD: Values = {"aws:region": "us-east-1", "operatorCidrs": '["10.20.30.40/32"]'}


def errors_of(values: Values, secret_keys: frozenset[str] = frozenset()) -> tuple[ConfigError, ...]:
    with pytest.raises(SettingsError) as refused:
        parse({**GOOD, **values}, secret_keys)
    return refused.value.errors
