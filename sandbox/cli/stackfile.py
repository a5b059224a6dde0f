"""The generated copy of a stack file, kept in the region's folder.

Tracked files must hold neither the path of a release built on this machine nor the stack's encryption salt, so Pulumi
is given a copy of `Pulumi.<stack>.yaml`. Values set in the sandbox with `pulumi config set` survive; everything else
follows the tracked file.

A stack that is meant for AWS, `dev` say, comes up here as it stands, but for two things: where AWS is, and where its
operator and clients are.
"""

import platform
from pathlib import Path
from typing import Any

import yaml

from sandbox.cli.paths import CHECKOUT, DEFAULT_STACK, Place, write_private
from sandbox.toolchain import Toolchain

VERSION_KEY = "etcd:etcdVersion"
DEFAULT_VERSION = "3.5.11"
GRAVITON = "m7g.large"
OPERATORS_KEY, CLIENTS_KEY = "etcd:operatorCidrs", "etcd:clientCidrs"
# Where ./sandbox/run comes from: to a bastion's public address, and to members' private ones.
OPERATORS = {"bastion": ["198.51.100.1/32"], "private": ["192.168.0.1/32"]}


def generate(place: Place, toolchain: Toolchain, stack: str) -> None:
    """Brings the copy up to date with the tracked file, keeping what was set in the sandbox."""
    base_file = place.folder / f".Pulumi.{stack}.base.yaml"
    copy_file = place.stack_file(stack)
    tracked, base, copy = _read(tracked_file(stack)), _read(base_file), _read(copy_file)
    changes = (base.get("config", {}), copy.get("config", {}))
    version = str(merge(tracked.get("config", {}), *changes).get(VERSION_KEY, DEFAULT_VERSION))
    wanted = {"config": {**tracked.get("config", {}), **of_the_region(stack), **of_this_machine(version, toolchain)}}
    fresh = {**copy, **tracked, "config": merge(wanted["config"], *changes)}
    if fresh != copy:
        write_private(copy_file, yaml.safe_dump(fresh, sort_keys=True))
    if wanted != base:
        write_private(base_file, yaml.safe_dump(wanted, sort_keys=True))


def version_of(place: Place, stack: str) -> str:
    """The etcd release that the stack asks for."""
    config = {**_read(tracked_file(stack)).get("config", {}), **_read(place.stack_file(stack)).get("config", {})}
    return str(config.get(VERSION_KEY, DEFAULT_VERSION))


def tracked_file(stack: str) -> Path:
    """A stack without a file of its own is one more stack like `sandbox`."""
    own = CHECKOUT / f"Pulumi.{stack}.yaml"
    return own if own.exists() else CHECKOUT / f"Pulumi.{DEFAULT_STACK}.yaml"


def merge(tracked: dict[str, Any], base: dict[str, Any], copy: dict[str, Any]) -> dict[str, Any]:
    """The tracked values, changed by what the user changed in the copy since it was generated from `base`."""
    if not base:
        return {**tracked, **copy}
    changed = {key: value for key, value in copy.items() if key not in base or _plain(base[key]) != _plain(value)}
    removed = base.keys() - copy.keys()
    return {**{key: value for key, value in tracked.items() if key not in removed}, **changed}


def _plain(value: Any) -> Any:
    """A value as Pulumi writes it back: it turns `true` and `3` into strings when it saves the file."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def of_the_region(stack: str) -> dict[str, Any]:
    """What a stack that is meant for AWS has otherwise in the region, most of it as the sandbox's own file has it."""
    if tracked_file(stack) == tracked_file(DEFAULT_STACK):
        return {}
    config = _read(tracked_file(DEFAULT_STACK)).get("config", {})
    connection = {key: value for key, value in config.items() if key.startswith("aws:") and key != "aws:region"}
    access = _read(tracked_file(stack)).get("config", {}).get("etcd:access", "private")
    return {**connection, OPERATORS_KEY: OPERATORS[access], CLIENTS_KEY: config.get(CLIENTS_KEY, [])}


def of_this_machine(version: str, toolchain: Toolchain) -> dict[str, Any]:
    """The tarball that was built here, with its sum; and an instance type of this machine's architecture."""
    config: dict[str, Any] = {}
    release = toolchain.releases.get(version)
    if release is not None:  # else the program downloads it, or says that it cannot
        config |= {"etcd:releaseFile": str(release.tarball), "etcd:releaseSha256": release.sha256}
    if platform.machine() == "aarch64":
        config["etcd:instanceType"] = GRAVITON
    return config


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
