"""A client writes while a zone has no network."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.polling import eventually
from tests.cluster.sandbox import CHECKOUT, Sandbox


def writes_go_on_without(sandbox: Sandbox, zone: str, addresses: Mapping[str, str], folder: Path) -> None:
    """`addresses` of the members are by zone; the client's files are in the folder."""
    stop, endpoints = folder / f"stop-{zone}", [f"https://{address}:2379" for address in addresses.values()]
    rest = ",".join(url for url in endpoints if addresses[zone] not in url)
    writer = sandbox.start(
        "python", str(CHECKOUT / "tests/cluster/writer.py"), str(sandbox.folder / "access"), str(stop), *endpoints
    )
    sandbox.run("fault", "zone-down", zone)
    try:
        eventually(lambda: healthy(sandbox, rest), "the other two zones serve")
        assert not healthy(sandbox, f"https://{addresses[zone]}:2379"), f"{zone} is not down"
        assert healthy(sandbox, rest)
    finally:
        sandbox.run("fault", "zone-up", zone)
    eventually(lambda: healthy(sandbox, ",".join(endpoints)), f"{zone} is back by itself")
    stop.touch()
    report = json.loads(writer.communicate(timeout=60)[0].splitlines()[-1])
    assert report["missing"] == 0, "acknowledged writes were lost"
    assert report["acknowledged"] > 50
    # An election takes at most 2 s, and the client may meet the dead member once before and once after it.
    assert report["longest_gap_seconds"] < 5, (zone, report)


def healthy(sandbox: Sandbox, endpoints: str) -> bool:
    return sandbox.run("etcdctl", "endpoint", "health", f"--endpoints={endpoints}", check=False).returncode == 0
