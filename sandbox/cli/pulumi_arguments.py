"""The stack and the settings in a command line of Pulumi. Other programs have options of their own."""

import re
from pathlib import Path

from sandbox.cli.paths import PROJECT, CliError

# These save what --config sets in the stack file before they run the program.
SAVES_SETTINGS = {"preview", "up", "update"}
SETTING = re.compile(r"(?:([\w-]+):)?([\w-]+)=(.*)", re.DOTALL)


def stack(arguments: list[str]) -> str | None:
    """The stack that a command line names; None where it names none."""
    named = _values(arguments, "-s", "--stack") if _is_pulumi(arguments) else []
    # `organization/etcd/sandbox` and `sandbox` are the same stack.
    return named[0].removeprefix("organization/").removeprefix(f"{PROJECT}/") if named else None


def settings(arguments: list[str]) -> dict[str, str]:
    """The settings that a command line sets with --config. What is not in order is left to Pulumi to refuse."""
    if not _is_pulumi(arguments) or not SAVES_SETTINGS.intersection(arguments[1:3]):
        return {}
    return parse_settings([word for word in _values(arguments, "-c", "--config") if SETTING.fullmatch(word)])


def parse_settings(words: list[str]) -> dict[str, str]:
    """Keys and values from words such as `etcd:quotaMib=4096`. The namespace may be left out, as Pulumi permits."""
    found: dict[str, str] = {}
    for word in words:
        match = SETTING.fullmatch(word)
        if match is None:
            raise CliError(f"--config {word}: it should be KEY=VALUE, such as etcd:quotaMib=4096")
        found[f"{match[1] or PROJECT}:{match[2]}"] = match[3]
    return found


def is_rename(arguments: list[str]) -> bool:
    return _is_pulumi(arguments) and {"stack", "rename"} <= set(arguments)


def _is_pulumi(arguments: list[str]) -> bool:
    return Path(arguments[0]).name == "pulumi"


def _values(arguments: list[str], short: str, long: str) -> list[str]:
    found = []
    for position, argument in enumerate(arguments):
        if argument in (short, long) and position + 1 < len(arguments):
            found.append(arguments[position + 1])
        for prefix in (f"{long}=", f"{short}="):
            if argument.startswith(prefix):
                found.append(argument.removeprefix(prefix))
    return found
