"""The generated copy of a stack file, kept in the region's folder.

Tracked files must hold neither the path of a release built on this machine nor the stack's encryption salt, so Pulumi
is given a copy of `Pulumi.<stack>.yaml`. Values set in the sandbox with `pulumi config set` survive; everything else
follows the tracked file.

A stack that is meant for AWS, `dev` say, comes up here as it stands, but for two things: where AWS is, and where its
operator and clients are. A file that names its own API endpoints is not meant for AWS.
"""

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.cli import yaml_files
from sandbox.cli.paths import CHECKOUT, DEFAULT_STACK, CliError, RegionPaths
from sandbox.toolchain import Toolchain

VERSION_KEY = "etcd:etcdVersion"
DEFAULT_VERSION = "3.5.11"
GRAVITON = "m7g.large"
ENDPOINTS_KEY = "aws:endpoints"
OPERATORS_KEY, CLIENTS_KEY = "etcd:operatorCidrs", "etcd:clientCidrs"
# Where ./sandbox/run comes from: to a bastion's public address, and to members' private ones.
OPERATORS = {"bastion": ["198.51.100.1/32"], "private": ["192.168.0.1/32"]}


def generate(paths: RegionPaths, toolchain: Toolchain, stack: str, settings: Mapping[str, str] | None = None) -> None:
    """Brings the copy up to date with the tracked file, keeping what was set in the sandbox, and sets `settings`."""
    content = yaml_files.read(tracked_file(paths, stack))
    tracked = content.get("config") or {}
    base, copy = yaml_files.read(_base_file(paths, stack)), yaml_files.read(paths.stack_file(stack))
    changes = (base.get("config") or {}, {**(copy.get("config") or {}), **(settings or {})})
    version = str(merge(tracked, *changes).get(VERSION_KEY, DEFAULT_VERSION))
    wanted = {**base, "config": {**tracked, **of_the_region(tracked), **of_this_machine(version, toolchain)}}
    fresh = {**copy, **content, "config": merge(wanted["config"], *changes)}
    if fresh != copy:
        yaml_files.write(paths.stack_file(stack), fresh)
    if wanted != base:
        yaml_files.write(_base_file(paths, stack), wanted)


def version_of(paths: RegionPaths, stack: str, settings: Mapping[str, str]) -> str:
    """The etcd release that the stack asks for, once `settings` are set."""
    config = {**_config(tracked_file(paths, stack)), **_config(paths.stack_file(stack)), **settings}
    return str(config.get(VERSION_KEY, DEFAULT_VERSION))


def tracked_file(paths: RegionPaths, stack: str) -> Path:
    """The file that the stack comes from: the one before it was renamed, or its own, or that of `sandbox`."""
    before_rename = yaml_files.read(_base_file(paths, stack)).get("source")
    for name in (before_rename, f"Pulumi.{stack}.yaml"):
        if name and (CHECKOUT / name).exists():
            return CHECKOUT / name
    return _default_file()


def rename(paths: RegionPaths, old: str, new: str) -> None:
    """Follows `pulumi stack rename`, which has renamed the copy: it still comes from the same tracked file."""
    source = tracked_file(paths, old).name
    yaml_files.write(_base_file(paths, new), {**yaml_files.read(_base_file(paths, old)), "source": source})
    _base_file(paths, old).unlink(missing_ok=True)


def merge(tracked: dict[str, Any], base: dict[str, Any], copy: dict[str, Any]) -> dict[str, Any]:
    """The tracked values, changed by what the user changed in the copy since it was generated from `base`."""
    if not base:
        return {**tracked, **copy}
    changed = {key: value for key, value in copy.items() if key not in base or base[key] != value}
    removed = base.keys() - copy.keys()
    return {**{key: value for key, value in tracked.items() if key not in removed}, **changed}


def of_the_region(tracked: dict[str, Any]) -> dict[str, Any]:
    """What a stack that is meant for AWS has otherwise in the region, most of it as the sandbox's own file has it."""
    if ENDPOINTS_KEY in tracked:
        return {}
    config = _config(_default_file())
    connection = {key: value for key, value in config.items() if key.startswith("aws:") and key != "aws:region"}
    operators = OPERATORS.get(tracked.get("etcd:access", ""), OPERATORS["private"])
    return {**connection, OPERATORS_KEY: operators, CLIENTS_KEY: config.get(CLIENTS_KEY, [])}


def of_this_machine(version: str, toolchain: Toolchain) -> dict[str, Any]:
    """The tarball that was built here, with its sum; and an instance type of this machine's architecture."""
    config: dict[str, Any] = {}
    release = toolchain.releases.get(version)
    if release is not None:  # else the program downloads it, or refuses
        config |= {"etcd:releaseFile": str(release.tarball), "etcd:releaseSha256": release.sha256}
    if platform.machine() == "aarch64":
        config["etcd:instanceType"] = GRAVITON
    return config


def _base_file(paths: RegionPaths, stack: str) -> Path:
    """What the copy was generated with, and after a rename the `source`."""
    return paths.folder / f".Pulumi.{stack}.base.yaml"


def _default_file() -> Path:
    file = CHECKOUT / f"Pulumi.{DEFAULT_STACK}.yaml"
    if not file.exists():
        raise CliError(f"{file} is missing. Every stack here needs it: `git checkout {file.name}` restores it.")
    return file


def _config(path: Path) -> dict[str, Any]:
    config: dict[str, Any] = yaml_files.read(path).get("config") or {}
    return config
