"""The one exception that the toolchain raises for what a person can put right."""


class ToolchainError(Exception):
    """Its text says what is missing or failed, where, and what to do."""
