"""The environment that commands get inside the region: Pulumi, etcdctl, ssh and AWS tools find everything ready."""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from sandbox.cli import stackfile
from sandbox.cli.paths import API_URL, RegionPaths, write_private
from sandbox.toolchain import Toolchain

# The user's own clouds, clusters, agents and proxies must not leak into the region, nor the other way round.
FOREIGN_PREFIXES = ("AWS_", "ETCDCTL_")
FOREIGN = {
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PYTHONDONTWRITEBYTECODE",  # would cost each run of the program 1.2 s
    "PYTHONHOME",
    "PYTHONPATH",
    "SSH_AUTH_SOCK",
    "VIRTUAL_ENV",
}
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy"}


def variables(paths: RegionPaths, toolchain: Toolchain, inherited: Mapping[str, str], stack: str) -> dict[str, str]:
    """All environment variables of a command inside the region."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name not in FOREIGN and not name.startswith(FOREIGN_PREFIXES) and name.lower() not in PROXIES
    }
    path = [str(paths.commands), str(toolchain.venv / "bin"), str(toolchain.bin), kept.get("PATH", os.defpath)]
    return {
        **kept,
        **_pulumi(paths, stack),
        **_aws(),
        **_etcdctl(paths),
        "PATH": ":".join(path),
        "SANDBOX_STATE": str(paths.state),
        "SANDBOX_REGION": paths.region,
    }


def _pulumi(paths: RegionPaths, stack: str) -> dict[str, str]:
    return {
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{paths.backend}",
        "PULUMI_CONFIG_PASSPHRASE": "sandbox",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_STACK": stack,
        # The engine reads any flag of any subcommand from PULUMI_OPTION_<FLAG> (cmd/pulumi/pulumi.go, 3.259).
        "PULUMI_OPTION_CONFIG_FILE": str(paths.stack_file(stack)),
    }


def _aws() -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": API_URL,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "",
    }


def _etcdctl(paths: RegionPaths) -> dict[str, str]:
    """Empty before the first `up`. The endpoints come from the stack's outputs (see access.py)."""
    endpoints = paths.access / "endpoints"
    if not endpoints.exists():
        return {}
    return {
        "ETCDCTL_ENDPOINTS": endpoints.read_text(encoding="utf-8").strip(),
        "ETCDCTL_CACERT": str(paths.access / "ca.crt"),
        "ETCDCTL_CERT": str(paths.access / "admin.crt"),
        "ETCDCTL_KEY": str(paths.access / "admin.key"),
    }


def prepare(paths: RegionPaths, toolchain: Toolchain, stack: str, settings: Mapping[str, str] | None = None) -> None:
    """Makes what `variables` points to, and sets `settings` in the stack's file. Cheap; done before every command."""
    paths.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths.backend.mkdir(exist_ok=True)
    paths.pulumi_home.mkdir(exist_ok=True)
    _link(paths.pulumi_home / "plugins", toolchain.plugins)
    _without_engine_log(paths.pulumi_home / "logs")
    stackfile.generate(paths, toolchain, stack, settings)
    ssh = shutil.which("ssh") or "/usr/bin/ssh"
    config = shlex.quote(str(paths.access / "ssh_config"))
    write_private(paths.commands / "ssh", f'#!/bin/sh\nexec {ssh} -F {config} "$@"\n', mode=0o700)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _without_engine_log(folder: Path) -> None:
    """A file where the engine would make its folder of logs.

    It writes down all that passes between program and providers, 3 MiB for a preview of three members and half of its
    own CPU time, and no setting turns that off; without the folder it goes on (pkg/logging, 3.259).
    `pulumi --logtostderr -v=9` shows as much, and private keys in clear.
    """
    if folder.is_dir():  # of an older checkout; another command may be removing it too, or an engine still write to it
        shutil.rmtree(folder, ignore_errors=True)
    folder.touch()
