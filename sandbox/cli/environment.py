"""The environment that commands get inside the region: Pulumi, etcdctl, ssh and AWS tools find everything ready."""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from sandbox.cli import stackfile
from sandbox.cli.paths import API_URL, PROJECT, Place, write_private
from sandbox.toolchain import Toolchain

# The user's own clouds, clusters, agents and proxies must not leak into the region, nor the other way round.
FOREIGN_PREFIXES = ("AWS_", "ETCDCTL_", "SANDBOX_ENTERED")
FOREIGN = {
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PYTHONDONTWRITEBYTECODE",  # doubles the start of the program
    "PYTHONHOME",
    "PYTHONPATH",
    "SSH_AUTH_SOCK",
    "VIRTUAL_ENV",
}
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy"}


def variables(place: Place, toolchain: Toolchain, inherited: Mapping[str, str], stack: str) -> dict[str, str]:
    """All environment variables of a command inside the region."""
    kept = {
        name: value
        for name, value in inherited.items()
        if name not in FOREIGN and not name.startswith(FOREIGN_PREFIXES) and name.lower() not in PROXIES
    }
    path = [str(place.commands), str(toolchain.venv / "bin"), str(toolchain.bin), kept.get("PATH", os.defpath)]
    return {
        # Engine and providers live for seconds: with this they collect a quarter less garbage on the way.
        "GOGC": "400",
        **kept,
        **_pulumi(place, stack),
        **_aws(),
        **_etcdctl(place),
        "PATH": ":".join(path),
        "SANDBOX_STATE": str(place.state),
        "SANDBOX_REGION": place.region,
    }


def _pulumi(place: Place, stack: str) -> dict[str, str]:
    return {
        "PULUMI_HOME": str(place.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{place.backend}",
        "PULUMI_CONFIG_PASSPHRASE": "sandbox",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_STACK": stack,
        # The engine reads any flag of any subcommand from PULUMI_OPTION_<FLAG> (cmd/pulumi/pulumi.go, 3.259).
        "PULUMI_OPTION_CONFIG_FILE": str(place.stack_file(stack)),
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


def _etcdctl(place: Place) -> dict[str, str]:
    """Empty before the first `up`. The endpoints come from the stack's outputs (see access.py)."""
    endpoints = place.access / "endpoints"
    if not endpoints.exists():
        return {}
    return {
        "ETCDCTL_ENDPOINTS": endpoints.read_text(encoding="utf-8").strip(),
        "ETCDCTL_CACERT": str(place.access / "ca.crt"),
        "ETCDCTL_CERT": str(place.access / "admin.crt"),
        "ETCDCTL_KEY": str(place.access / "admin.key"),
    }


def prepare(place: Place, toolchain: Toolchain, stack: str) -> None:
    """Puts in place what `variables` points to. Cheap; done before every command."""
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.backend.mkdir(exist_ok=True)
    place.pulumi_home.mkdir(exist_ok=True)
    _link(place.pulumi_home / "plugins", toolchain.plugins)
    _without_engine_log(place.pulumi_home / "logs")
    stackfile.generate(place, toolchain, stack)
    ssh = shutil.which("ssh") or "/usr/bin/ssh"
    config = shlex.quote(str(place.access / "ssh_config"))
    write_private(place.commands / "ssh", f'#!/bin/sh\nexec {ssh} -F {config} "$@"\n', mode=0o700)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _without_engine_log(folder: Path) -> None:
    """A file where the engine would make its folder of logs.

    It writes down all that passes between program and providers, 3 MiB for a preview of three members and half of its
    own CPU time, and no setting says not to; where it cannot make the folder it goes on without (pkg/logging, 3.259).
    `pulumi --logtostderr -v=9` tells as much, and private keys in clear.
    """
    if folder.is_dir():  # of an older checkout; another command may be removing it too, or an engine still write to it
        shutil.rmtree(folder, ignore_errors=True)
    folder.touch()


def chosen_stack(arguments: list[str], otherwise: str) -> str:
    """The stack that a pulumi command line names with -s or --stack."""
    for position, argument in enumerate(arguments):
        if argument in ("-s", "--stack") and position + 1 < len(arguments):
            return _short(arguments[position + 1])
        for prefix in ("--stack=", "-s="):
            if argument.startswith(prefix):
                return _short(argument.removeprefix(prefix))
    return otherwise


def _short(name: str) -> str:
    """`organization/etcd/sandbox` and `sandbox` are the same stack."""
    return name.removeprefix("organization/").removeprefix(f"{PROJECT}/")
