"""The access files: what `etcdctl`, `ssh` and `status` need, written from the stack's outputs.

They change as one set: a fresh folder is filled, then the link `access` is turned to it.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from sandbox.cli.paths import RegionPaths, write_private


def is_stale(paths: RegionPaths, stack: str) -> bool:
    """Whether the state was written after the access files: another update ran meanwhile."""
    checkpoint = paths.checkpoint(stack)
    return checkpoint.exists() and _stamp(checkpoint) != _read(paths.access / "stamp")


def write(paths: RegionPaths, stack: str, outputs: dict[str, Any]) -> None:
    """Replaces the access files; outputs that are not there (yet, or any more) leave no files."""
    files = contents(outputs, paths.access)
    files["stamp"] = _stamp(paths.checkpoint(stack))
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:12]
    folder = paths.folder / f".access-{digest}"
    for name, content in files.items():
        write_private(folder / name, content)
    previous = paths.access.readlink() if paths.access.is_symlink() else None
    link = paths.folder / f".link-{os.getpid()}"
    link.symlink_to(folder.name)
    link.replace(paths.access)
    if previous and previous.name != folder.name:
        shutil.rmtree(paths.folder / previous, ignore_errors=True)


def contents(outputs: dict[str, Any], folder: Path) -> dict[str, str]:
    """File name to content."""
    if "members" not in outputs:
        return {"ssh_config": ""}
    key = {"ssh_key": outputs["sshPrivateKey"]} if "sshPrivateKey" in outputs else {}
    return {
        "members.json": json.dumps(outputs["members"], indent=2) + "\n",
        "endpoints": ",".join(outputs["endpoints"]) + "\n",
        "ca.crt": outputs["caCertificate"],
        "admin.crt": outputs["adminCertificate"],
        "admin.key": outputs["adminPrivateKey"],
        **key,
        "known_hosts": outputs["sshKnownHosts"],
        "ssh_config": in_folder(outputs["sshConfig"], folder),
    }


def in_folder(config: str, folder: Path) -> str:
    """The stack's own configuration for ssh, with its files where they are here. ssh takes the first value it reads."""
    return f"""Host *
  IdentityFile "{folder / "ssh_key"}"
  UserKnownHostsFile "{folder / "known_hosts"}"
  BatchMode yes
  ConnectTimeout 5

{config}"""


def members(paths: RegionPaths) -> list[dict[str, Any]]:
    """The members of the last update; none before the first."""
    text = _read(paths.access / "members.json")
    return json.loads(text) if text else []


def _stamp(checkpoint: Path) -> str:
    return str(checkpoint.stat().st_mtime_ns)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
