"""The only reader of a stack's configuration."""

import os
from typing import Any

import pulumi

from components.settings.model import Settings
from components.settings.validate import parse


def load() -> Settings:
    """The settings of the stack that is running.

    Raises:
        SettingsError: with everything that is wrong with them.
    """
    namespace = f"{pulumi.get_project()}:"
    held: dict[str, Any] = {**pulumi.runtime.config.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    values = {key.removeprefix(namespace): value for key, value in held.items() if key.startswith(namespace)}
    secret_keys = frozenset(key for key in values if pulumi.runtime.config.is_config_secret(namespace + key))
    # The AWS provider takes the region from these too, in this order.
    region = held.get("aws:region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        values["aws:region"] = region
    return parse(values, secret_keys)
