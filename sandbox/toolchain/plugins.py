"""The folder that serves as $PULUMI_HOME/plugins: the published plugins, or those built here."""

import compileall
import shutil
from pathlib import Path
from py_compile import PycInvalidationMode

from sandbox.toolchain import gobuild, pins
from sandbox.toolchain.buildlog import BuildLog, Command, clean_environment
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.store import Part, key_of

COMMAND_SOURCE = gobuild.PLUGINS / "command" / "command_provider"
# Finds its source beside itself, by argument: a variable would be seen by the commands that it runs.
COMMAND_SCRIPT = """#!/bin/sh
unset PYTHONDONTWRITEBYTECODE
exec '{python}' -c '
import runpy, sys
sys.path[0] = sys.argv.pop(1)
runpy.run_module("command_provider", run_name="__main__", alter_sys=True)
' "${{0%/*}}" "$@"
"""
FIRST_DOWNLOAD_SECONDS = 20
DOWNLOAD_SECONDS = 900


def built(pulumi: Path, python: Path, binaries: dict[str, Path]) -> Part:
    """The plugins built here, installed as the engine would install a downloaded one."""

    def fill(folder: Path, log: BuildLog) -> None:
        home = folder / "home"
        sources = {**binaries, "command": _command_plugin(folder / "command", python)}
        for name, source in sources.items():
            _install(pulumi, home, log, name, "--file", str(source))
        _keep_plugins(home, folder)
        shutil.rmtree(folder / "command")
        for name, binary in binaries.items():  # not a second copy of 250 MB with each change of the command plugin
            installed = folder / f"resource-{name}-v{pins.PLUGINS[name]}" / binary.name
            installed.unlink()
            installed.hardlink_to(binary)

    identity = [f"{name} {path}" for name, path in sorted(binaries.items())]
    key = key_of(COMMAND_SOURCE, COMMAND_SCRIPT, str(python), *identity, repr(pins.PLUGINS))
    return Part("plugins", _versions(), key, fill)


def published(pulumi: Path) -> Part:
    """The published plugins. Its build fails soon where there is no way to them, or the CLI is too old for them."""

    def fill(folder: Path, log: BuildLog) -> None:
        version = log.output([pulumi, "version"], environment=_environment(folder / "home"), timeout_seconds=10)
        if _numbers(version) < _numbers(pins.PULUMI):
            raise ToolchainError(f"{pulumi} is {version}, older than v{pins.PULUMI}")
        seconds = FIRST_DOWNLOAD_SECONDS
        for name in sorted(pins.PLUGINS, key="command".__ne__):  # the smallest first
            _install(pulumi, folder / "home", log, name, timeout_seconds=seconds)
            seconds = DOWNLOAD_SECONDS
        _keep_plugins(folder / "home", folder)

    about = pulumi.stat()
    key = key_of(repr(pins.PLUGINS), str(pulumi), str(about.st_size), str(about.st_mtime_ns))
    return Part("published-plugins", _versions(), key, fill)


def _install(
    pulumi: Path, home: Path, log: BuildLog, name: str, *source: str, timeout_seconds: float | None = None
) -> None:
    command: Command = [pulumi, "plugin", "install", "resource", name, f"v{pins.PLUGINS[name]}", *source]
    log.run(command, environment=_environment(home), timeout_seconds=timeout_seconds)


def _environment(home: Path) -> dict[str, str]:
    return clean_environment(
        PULUMI_HOME=str(home), PULUMI_SKIP_UPDATE_CHECK="true", PULUMI_BACKEND_URL=f"file://{home}"
    )


def _keep_plugins(home: Path, folder: Path) -> None:
    for entry in (home / "plugins").iterdir():
        entry.rename(folder / entry.name)
    shutil.rmtree(home)


def _command_plugin(folder: Path, python: Path) -> Path:
    shutil.copytree(COMMAND_SOURCE, folder / COMMAND_SOURCE.name, ignore=shutil.ignore_patterns("__pycache__"))
    # By hash, unchecked: the copies that the engine installs have other times.
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    script = folder / "pulumi-resource-command"
    script.write_text(COMMAND_SCRIPT.format(python=python))
    script.chmod(0o755)
    return folder


def _versions() -> str:
    return ", ".join(f"{name} {version}" for name, version in pins.PLUGINS.items())


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.strip().removeprefix("v").split("-")[0].split("+")[0].split("."))
