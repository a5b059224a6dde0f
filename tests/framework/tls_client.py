"""A TLS client inside the region: which certificate a member shows, and with which alert it refuses one."""

import base64
import contextlib
import http.client
import json
import ssl
from typing import Any

from tests.framework.member import SENTINEL

ALERT_SECONDS, ANSWER_SECONDS = 0.5, 5
PATH = "/v3/kv/range"
BODY = json.dumps({"key": base64.b64encode(SENTINEL.encode()).decode()})


def ask(address: str, ca: str, certificate: str, key: str, version: str) -> dict[str, Any]:
    """Reads the sentinel key over exactly this version of TLS, such as `TLSv1_2`.

    Returns:
        `status`, `body` and the `version` spoken, or the name of the alert in `alert`. Any other failure, such as a
        connection that is refused, is raised.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    if certificate:
        context.load_cert_chain(certificate, key)
    context.set_ciphers("ALL:@SECLEVEL=0")  # OpenSSL would not even offer the old versions
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = context.minimum_version = ssl.TLSVersion[version]
    connection = http.client.HTTPSConnection(address, 2379, context=context, timeout=ANSWER_SECONDS)
    try:
        connection.connect()
        hear_alert(connection.sock)
        connection.request("POST", PATH, BODY)
        answer = connection.getresponse()
        spoken = connection.sock and connection.sock.version()
        return {"status": answer.status, "body": answer.read().decode(), "version": spoken}
    except ssl.SSLError as error:
        if "ALERT" not in (error.reason or ""):
            raise
        return {"alert": error.reason.partition("ALERT_")[2]}


def hear_alert(connection: Any) -> None:
    """In TLS 1.3 a server refuses a client after the handshake; whoever writes then may never read the alert."""
    connection.settimeout(ALERT_SECONDS)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)
    connection.settimeout(ANSWER_SECONDS)


def serial(address: str, ca: str, certificate: str, key: str) -> str:
    """The serial number of the certificate that a client is shown at a new connection."""
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    connection = http.client.HTTPSConnection(address, 2379, context=context, timeout=ANSWER_SECONDS)
    connection.connect()
    shown = connection.sock.getpeercert() or {}
    connection.close()
    return str(shown["serialNumber"])
