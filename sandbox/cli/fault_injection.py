"""Faults injected into the region. Runs inside it: `python -m sandbox.cli.fault_injection zone-down us-east-1a`."""

import http.client
import sys
from enum import StrEnum
from urllib.parse import quote, urlsplit

from sandbox.cli.paths import API_URL


class ZoneFault(StrEnum):
    ZONE_DOWN = "zone-down"
    ZONE_UP = "zone-up"


MESSAGES = {
    ZoneFault.ZONE_DOWN: "{zone} has no network; its machines run on. To end it: `./sandbox/run fault zone-up {zone}`.",
    ZoneFault.ZONE_UP: "{zone} has its network back.",
}


def inject(fault: ZoneFault, zone: str) -> str:
    """Injects the fault through the region's daemon and returns a message for the operator."""
    _put(f"zones/{quote(zone)}", fault.removeprefix("zone-"))
    return MESSAGES[fault].format(zone=zone)


def publish_images() -> str:
    return f"Debian has published:\n{_put('images')}"


def _put(path: str, body: str = "") -> str:
    connection = http.client.HTTPConnection(str(urlsplit(API_URL).netloc), timeout=30)
    connection.request("PUT", f"/_sandbox/{path}", body=body)
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != http.client.OK:
        sys.exit(f"error: {text}")
    return text


if __name__ == "__main__":
    print(inject(ZoneFault(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 1 else publish_images())
