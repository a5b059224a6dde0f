"""Members in one zone or in several: what is made for them, and that a live cluster never moves in one step."""

import time
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.aws.specs import DataVolumeSpec, ExistingVpc, NewVpc
from components.changes import immutable
from components.changes.record import ClusterRecord
from components.cluster import EtcdCluster
from components.topology import Topology, build, default_addresses
from tests.unit.clusters import SUBNETS, ZONES, arguments, topology
from tests.unit.recording import Provider, Recorder, record

NETWORK = {"vpc": "192.168.0.0/16", "us-east-1a": "192.168.0.0/24"}

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-96ef-1234567890ab"

pytestmark = pytest.mark.unit


def volume(size_gib: int = 20, *, delete: bool = False, **changes: Any) -> DataVolumeSpec:
    given = {"type": "gp3", "size_gib": size_gib, "iops": 3000, "throughput_mibps": 125, "delete": delete}
    return DataVolumeSpec(**{**given, **changes})


@pytest.fixture(scope="module")
def spread(tarball: Path) -> Recorder:
    vpc = NewVpc(cidr="192.168.0.0/16", subnets=SUBNETS)
    given = arguments(tarball, topology=topology(5, *ZONES), vpc=vpc)
    return record(lambda: EtcdCluster("etcd", given))


@pytest.fixture
def single(plain_cluster: Recorder) -> Recorder:
    return plain_cluster


def test_each_zone_has_a_subnet_and_each_member_its_interface_and_disk_there(spread: Recorder) -> None:
    made = {each.inputs["availabilityZone"]: each.inputs["cidrBlock"] for each in spread.named("etcd-subnet-")}
    assert made == SUBNETS
    for member in topology(5, *ZONES):
        interface = spread[f"etcd-network-interface-{member.name}"].inputs
        assert (interface["subnetId"], interface["privateIps"]) == (f"etcd-subnet-{member.zone}-id", [member.address])
        assert spread[f"etcd-volume-{member.name}"].inputs["availabilityZone"] == member.zone


def test_machines_of_one_zone_stand_on_separate_racks(single: Recorder, spread: Recorder) -> None:
    assert single["etcd-spread"].inputs["strategy"] == "spread"
    assert {each.inputs["placementGroup"] for each in single.named("etcd-instance-")} == {"etcd-spread-id"}
    assert not spread.names("PlacementGroup")
    assert not any("placementGroup" in each.inputs for each in spread.named("etcd-instance-"))


def test_the_one_subnet_of_one_zone_keeps_its_name(single: Recorder) -> None:
    assert [each.name for each in single.named("-subnet-")] == ["etcd-subnet-us-east-1a"], "a new name is a replacement"


@pytest.mark.parametrize(
    "vpc",
    [
        NewVpc(cidr="192.168.0.0/16", subnets={"us-east-1a": "192.168.0.0/24"}),
        ExistingVpc(vpc_id="vpc-existing", subnets={"us-east-1a": "subnet-existing"}),
    ],
)
def test_where_the_guard_refuses_no_network_disk_or_machine_is_reached(
    tarball: Path, monkeypatch: pytest.MonkeyPatch, vpc: NewVpc | ExistingVpc
) -> None:
    make, asked = Provider.new_resource, list[str]()

    def refusing(self: Provider, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        asked.append(args.typ)
        if args.name == "etcd-record":
            time.sleep(0.1)  # whatever does not wait goes on meanwhile
            raise RuntimeError("refused")
        return make(self, args)

    monkeypatch.setattr(Provider, "new_resource", refusing)
    with pytest.raises(Exception, match="refused"):
        record(lambda: EtcdCluster("etcd", arguments(tarball, vpc=vpc)))
    assert "pulumi:index:Stash" in asked
    harmless = ("pulumi:", "etcd-aws:", "tls:", "aws:ec2/keyPair", "aws:ec2/placementGroup", "aws:iam/")
    assert [each for each in asked if not each.startswith(harmless)] == []


def test_the_guard_compares_at_preview_and_refuses(spread: Recorder) -> None:
    hook, record_of = spread.hooks["etcd-record"], spread["etcd-record"]
    assert hook.opts is not None
    assert hook.opts.on_dry_run, "a refusal after the preview comes too late for whoever has answered yes"
    assert list(record_of.options.hooks.before_update) == ["etcd-record"]
    old = {"input": recorded(topology(3, "us-east-1a"))}
    args = pulumi.ResourceHookArgs(
        urn="", id="", name="", type="", old_inputs=old, new_inputs={"input": record_of.inputs["input"]}
    )
    with pytest.raises(pulumi.RunError, match="etcd-2 from us-east-1a to us-east-1b"):
        hook.callback(args)


@pytest.mark.parametrize(
    ("was", "wanted"),
    [
        (topology(3, "us-east-1a"), topology(3, *ZONES)),
        (topology(3, *ZONES), topology(3, "us-east-1a")),
        (topology(3, "us-east-1a"), topology(3, "us-east-1b")),
        (topology(5, *ZONES), topology(5, *ZONES, "us-east-1d")),
        (topology(3, *ZONES), topology(3, *reversed(ZONES))),
    ],
)
def test_a_live_member_never_changes_its_zone(was: Topology, wanted: Topology) -> None:
    (reason,) = (each for each in immutable.cluster(recorded(was), recorded(wanted)) if "zone" in each)
    assert "docs/multi-az.md" in reason


@pytest.mark.parametrize(
    ("was", "wanted", "reason"),
    [
        ({}, {}, None),
        ({"version": "3.5.11"}, {"version": "3.5.33"}, None),
        ({"version": "3.5.33"}, {"version": "3.5.11"}, "goes back"),
        ({"version": "3.5.33"}, {"version": "3.6.14"}, "changes the minor"),
        ({"architecture": "amd64"}, {"architecture": "arm64"}, "etcd:instanceType"),
        ({"volume": volume(20)}, {"volume": volume(40)}, None),
        ({"volume": volume(40)}, {"volume": volume(20)}, "no volume smaller"),
        ({}, {"kms_key_arn": KEY}, "a volume keeps its key for life"),
        ({"kms_key_arn": KEY}, {}, "a volume keeps its key for life"),
        ({}, {"kms_key_arn": KEY, "replace_volume_of": "etcd-2"}, None),
        ({"kms_key_arn": KEY}, {"kms_key_arn": KEY[:-1] + "0", "replace_volume_of": "etcd-2"}, None),
        ({"volume": volume(delete=True)}, {"kms_key_arn": KEY, "replace_volume_of": "etcd-2"}, "would be deleted"),
        ({"volume": volume(delete=True)}, {"volume": volume(delete=True, snapshot_on_delete=True)}, None),
        (
            {"volume": volume(type="io2", delete=True)},
            {"volume": volume(type="io2", delete=True, snapshot_on_delete=True)},
            "cannot do to an io2 volume",
        ),
        (
            {"volume": volume(type="io2", delete=True)},
            {"volume": volume(type="io2", delete=True, snapshot_on_delete=True, iops=3001)},
            None,
        ),
        ({"size": 3}, {"size": 1}, "etcd:size goes from 3 to 1"),
        ({"size": 3}, {"size": 5}, "etcd:size goes from 3 to 5"),
        ({"subnet": "10.0.0.0/24"}, {"subnet": "10.0.1.0/24"}, "cannot change its address"),
        ({}, {"network": {**NETWORK, "vpc": "vpc-1"}}, "its network (vpc from 192.168.0.0/16 to vpc-1)"),
        ({}, {"network": {**NETWORK, "us-east-1a": "subnet-2"}}, "us-east-1a from 192.168.0.0/24 to subnet-2"),
    ],
)
def test_what_could_cost_quorum_or_data_is_refused(
    was: dict[str, Any], wanted: dict[str, Any], reason: str | None
) -> None:
    told = list(immutable.cluster(changed(**was), changed(**wanted)))
    assert [reason in each for each in told if reason] == ([True] if reason else [])
    assert bool(told) == (reason is not None)


def test_another_cluster_name_is_refused() -> None:
    (reason,) = immutable.name({"name": "etcd"}, {"name": "other"})
    assert "would delete the running cluster" in reason


def recorded(of: Topology) -> dict[str, Any]:
    return ClusterRecord(
        topology=of, network=NETWORK, architecture="amd64", volume=volume(), version="3.5.11"
    ).to_state()


def changed(size: int = 3, subnet: str = "10.0.0.0/24", **given: Any) -> dict[str, Any]:
    of = build("etcd", default_addresses([subnet], size), "us-east-1a")
    usual = {"network": NETWORK, "architecture": "amd64", "volume": volume(), "version": "3.5.11"}
    return ClusterRecord(**{"topology": of, **usual, **given}).to_state()
