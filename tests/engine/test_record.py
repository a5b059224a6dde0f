"""The real engine asks the guard of zones before it changes anything, at preview and at an update without one."""

import json
from pathlib import Path

import pytest

from tests.engine.engine import pulumi

ROOT = Path(__file__).parents[2]
PROGRAM = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
import pulumi
from components.aws.specs import DataVolumeSpec
from components.changes.record import ClusterRecord, keep_cluster_record
from components.topology import build

zones = os.environ["ZONES"].split(",")
addresses = [f"10.0.0.{{number}}" for number in range(int(os.environ["SIZE"]))]

class Network(pulumi.ComponentResource):
    def __init__(self, record):
        super().__init__("test:index:Network", "network", None, pulumi.ResourceOptions(depends_on=record))
        pulumi.Stash("vpc", input=zones, opts=pulumi.ResourceOptions(parent=self))

topology = build("etcd", addresses, *zones)
volume = DataVolumeSpec(type="gp3", size_gib=20, iops=3000, throughput_mibps=125, delete=False)
record = ClusterRecord(topology=topology, network={{}}, architecture="amd64", volume=volume, version="3.5.11")
Network(keep_cluster_record("etcd", record, None))
"""

pytestmark = pytest.mark.engine


def test_a_live_cluster_stays_in_its_zones(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: etcd\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)

    def run(size: int, zones: str, *arguments: str) -> str:
        return pulumi({**environment, "SIZE": str(size), "ZONES": zones}, tmp_path, *arguments)

    run(3, "a", "stack", "init", "test")
    run(3, "a", "up", "--yes", "--skip-preview")
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        with pytest.raises(AssertionError, match="etcd-2 from a to b, etcd-3 from a to c"):
            run(3, "a,b,c", *command)
        resources = json.loads(run(3, "a", "stack", "export"))["deployment"]["resources"]
        (vpc,) = [each for each in resources if each["urn"].endswith("::vpc")]
        assert vpc["inputs"]["input"] == ["a"], "the network waits for the guard"
    with pytest.raises(AssertionError, match="etcd:size goes from 3 to 5"):
        run(5, "a", "preview")
    run(3, "a", "up", "--yes", "--skip-preview", "--expect-no-changes")
