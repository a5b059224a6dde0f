"""Configuration keys: their full names, and the commands that set and remove them."""

import re
import shlex


def qualified(key: str) -> str:
    """`etcd:size` for `size`; a key that names its own namespace, such as `aws:region`, stays."""
    return key if ":" in top_key(key) else f"etcd:{key}"


def top_key(key: str) -> str:
    """`tags` for `tags.owner`, `addresses` for `addresses[1]`: the key as it stands in the stack's file."""
    return re.split(r"[.\[]", key, maxsplit=1)[0]


def set_command(key: str, value: str) -> str:
    """`value` as a shell reads it, so that it may hold quotes or a command."""
    return f"pulumi config set {qualified(key)} {value}"


def remove_command(key: str) -> str:
    return f"pulumi config rm {shlex.quote(qualified(key))}"
