"""Opens SSH connections: host key checks, ways to log in, retries, and the way through a jump host."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncssh

from .engine import Log
from .output import CommandError
from .values import Properties

# The waits of retry.Until in pulumi/pulumi's sdk/go/common/util/retry.
FIRST_WAIT_SECONDS, WAIT_FACTOR, LONGEST_WAIT_SECONDS = 0.1, 1.5, 5.0


@asynccontextmanager
async def connect(connection: Properties, log: Log) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Connects to the host, through `proxy` if there is one; each command has a connection of its own."""
    proxy = connection.get("proxy")
    options = await _options(connection)
    if not proxy:
        async with await _dial("Dial", connection, options, log) as client:
            yield client
        return
    try:
        proxy_options = await _options(proxy)
        jump = await _dial("Dial proxy", proxy, proxy_options, log)
    except CommandError as error:
        raise CommandError(f"proxy: {error}") from error
    async with jump:
        try:
            client = await _dial("Dial from proxy", connection, {**options, "tunnel": jump}, log)
        except CommandError as error:
            raise CommandError(f"proxy: {error}") from error
        async with client:
            yield client


async def _options(hop: Properties) -> dict[str, Any]:
    keys: list[asyncssh.SSHKey | asyncssh.SSHKeyPair] = [_private_key(hop)] if hop.get("privateKey") else []
    keys += await _agent_keys(hop.get("agentSocketPath") or os.environ.get("SSH_AUTH_SOCK"))
    return {
        "host": hop["host"],
        "port": int(hop["port"]),
        "username": hop["user"],
        "client_keys": keys or None,
        "password": hop.get("password"),
        "known_hosts": ([_host_key(hop["hostKey"])], [], []) if hop.get("hostKey") else None,
        "agent_path": None,
        "config": None,
        "connect_timeout": hop["perDialTimeout"] or None,
        "compression_algs": None,
    }


def _private_key(hop: Properties) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(hop["privateKey"], hop.get("privateKeyPassword"))
    except asyncssh.KeyEncryptionError as error:
        raise CommandError("x509: decryption password incorrect") from error
    except asyncssh.KeyImportError as error:
        # asyncssh tells a missing passphrase from other trouble only by its text.
        protected = str(error).startswith("Passphrase must be specified")
        raise CommandError(
            f"ssh: {'this private key is passphrase protected' if protected else 'no key found'}"
        ) from error


def _host_key(line: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(line)
    except asyncssh.KeyImportError as error:
        raise CommandError("failed to parse host key: ssh: no key found") from error


async def _agent_keys(path: str | None) -> list[asyncssh.SSHKeyPair]:
    if not path:
        return []
    try:
        agent = asyncssh.SSHAgentClient(path)
        await agent.connect()
    except OSError as error:
        raise CommandError(f"dial unix {path}: connect: {os.strerror(error.errno or 0).lower()}") from error
    return list(await agent.get_keys())


async def _dial(what: str, hop: Properties, options: dict[str, Any], log: Log) -> asyncssh.SSHClientConnection:
    limit = int(hop["dialErrorLimit"])
    wait = FIRST_WAIT_SECONDS
    failed = 0
    while True:
        try:
            return await asyncssh.connect(**options)
        except (OSError, asyncssh.Error) as error:
            reason = _reason(error, options)
            # The published plugin dials once more than the limit, and does not count that one.
            if 0 <= limit <= failed:
                raise CommandError(f"after {failed} failed attempts: {reason}") from error
        failed += 1
        log.status(f"{what} {failed}/{limit if limit >= 0 else 'inf'} failed: retrying")
        await asyncio.sleep(wait)
        wait = min(wait * WAIT_FACTOR, LONGEST_WAIT_SECONDS)


def _reason(error: Exception, options: dict[str, Any]) -> str:
    """The same trouble in the words of Go's net and x/crypto/ssh."""
    address = f"{options['host']}:{options['port']}"
    if isinstance(error, TimeoutError):
        return f"dial tcp {address}: i/o timeout"
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {options['host']}: no such host"
    if isinstance(error, OSError):
        return f"dial tcp {address}: connect: {os.strerror(error.errno or 0).lower()}"
    if isinstance(error, asyncssh.ChannelOpenError):
        return f"ssh: rejected: {error.reason}"
    return f"ssh: handshake failed: {_handshake_reason(error, options)}"


def _handshake_reason(error: Exception, options: dict[str, Any]) -> str:
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return "ssh: host key mismatch"
    if isinstance(error, asyncssh.PermissionDenied):
        methods = [name for name, given in (("publickey", "client_keys"), ("password", "password")) if options[given]]
        tried = " ".join(["none", *methods])
        return f"ssh: unable to authenticate, attempted methods [{tried}], no supported methods remain"
    return str(error)
