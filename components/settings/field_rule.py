"""The rule of one field in words, attached to its type."""

from dataclasses import dataclass

from components.settings.keys import qualified, set_command, top_key


@dataclass(frozen=True)
class FieldRule:
    """What a field may hold, and an example of it.

    A list or an object has its example in YAML: it is set in the stack's file.
    """

    text: str
    example: str

    def remedy(self, key: str, *, secret: bool = False) -> str:
        """How to set the field right: a command where one will do."""
        key = top_key(key)
        if self.example.startswith(("[", "{")):
            return f"in the stack's Pulumi.*.yaml, {qualified(key)}: {self.example}"
        return set_command(key, self.example) + (" --secret" if secret else "")
