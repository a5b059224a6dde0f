"""Faults injected into the region. Runs inside it: `python -m sandbox.cli.fault_injection zone-down us-east-1a`."""

import http.client
import sys
from enum import StrEnum
from urllib.parse import quote, urlsplit

from sandbox.cli.paths import API_URL


class Fault(StrEnum):
    ZONE_DOWN = "zone-down"
    ZONE_UP = "zone-up"


SAID = {
    Fault.ZONE_DOWN: "{zone} has no network; its machines run on. To end it: `./sandbox/run fault zone-up {zone}`.",
    Fault.ZONE_UP: "{zone} has its network back.",
}


def make(fault: Fault, zone: str) -> str:
    """Ask the region's daemon for it, and return what to tell the operator."""
    _put(f"zones/{quote(zone)}", fault.removeprefix("zone-"))
    return SAID[fault].format(zone=zone)


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
    print(make(Fault(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 1 else publish_images())
