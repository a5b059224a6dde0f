"""Copies a file, a text or a directory to another machine by SFTP."""

import os
from pathlib import Path, PurePosixPath
from typing import Any

import asyncssh

from . import ssh
from .engine import Log
from .output import CommandError
from .values import Properties


async def copy(source: Properties, destination: str, connection: Properties, log: Log) -> None:
    async with ssh.connect(connection, log) as client:
        try:
            async with client.start_sftp_client() as sftp:
                if source.get("path"):
                    await _copy_path(sftp, source["path"], destination)
                else:
                    await _copy_text(sftp, source["text"], destination)
        except (asyncssh.Error, OSError) as error:
            raise CommandError(f"failed to copy to remote path {destination}: {error}") from error


async def _copy_text(sftp: asyncssh.SFTPClient, text: str, destination: str) -> None:
    if await sftp.isdir(destination):
        raise CommandError(
            f"remote path {destination} is a directory; when using a text asset, remotePath must be a file path"
        )
    await _make_parents(sftp, destination)
    async with sftp.open(destination, "wb") as remote:
        await remote.write(text.encode())


async def _copy_path(sftp: asyncssh.SFTPClient, path: str, destination: str) -> None:
    """Follows `cp`: into an existing directory, else to exactly that name.

    | source | an existing directory | nothing there | an existing file |
    |--------|-----------------------|---------------|------------------|
    | `dir`  | `dest/dir`            | `dest/dir`    | error            |
    | `dir/` | the contents in dest  | contents      | error            |
    | `file` | `dest/file`           | `dest`        | overwritten      |
    """
    source = Path(path)
    try:
        is_directory = source.stat() and source.is_dir()
    except OSError as error:
        raise CommandError(f"open {path}: {os.strerror(error.errno or 0).lower()}") from error
    target = PurePosixPath(destination)
    if is_directory:
        await _copy_directory(sftp, source, target if path.endswith("/") else target / source.name)
        return
    if await sftp.isdir(destination):
        target /= source.name
    await _make_parents(sftp, target)
    await _put(sftp, source, target)


async def _copy_directory(sftp: asyncssh.SFTPClient, source: Path, target: PurePosixPath) -> None:
    await _make_directory(sftp, target)
    for item in sorted(source.iterdir()):
        if item.is_dir():
            await _copy_directory(sftp, item, target / item.name)
        else:
            await _put(sftp, item, target / item.name)


async def _put(sftp: asyncssh.SFTPClient, source: Path, target: PurePosixPath) -> None:
    await sftp.put(source, target)


async def _make_parents(sftp: asyncssh.SFTPClient, target: Any) -> None:
    await _make_directory(sftp, PurePosixPath(target).parent)


async def _make_directory(sftp: asyncssh.SFTPClient, path: PurePosixPath) -> None:
    if await sftp.exists(path) and not await sftp.isdir(path):
        raise CommandError(f"remote path {path} exists but is not a directory")
    await sftp.makedirs(path, exist_ok=True)
