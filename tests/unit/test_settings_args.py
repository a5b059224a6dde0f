"""What an operator sets reaches the cluster's arguments, from the text that the engine hands over."""

from pathlib import Path

import pytest

from components.settings import args
from components.settings.placement import topology, zones
from components.settings.validate import parse
from tests.unit.refusals import GOOD

pytestmark = pytest.mark.unit


def test_values_come_as_text_from_the_engine() -> None:
    texts = {
        "size": "5",
        "deleteDataVolumes": "true",
        "tags": '{"team": "storage"}',
        "clientCidrs": '["10.0.0.0/8"]',
        "addresses": '["192.168.0.10", "192.168.0.11", "192.168.0.12", "192.168.0.13", "192.168.0.14"]',
    }
    parsed = parse({**GOOD, **texts})
    assert (parsed.size, parsed.delete_data_volumes, parsed.tags) == (5, True, {"team": "storage"})
    assert parsed.client_cidrs == ("10.0.0.0/8",)
    assert [member.address for member in topology(parsed)][-1] == "192.168.0.14"


def test_the_empty_text_of_a_default_means_not_set() -> None:
    parsed = parse({**GOOD, "availabilityZone": "", "releaseFile": "", "releaseSha256": "", "addresses": "[]"})
    assert zones(parsed) == ("us-east-1a",)
    assert [member.address for member in topology(parsed)] == ["192.168.0.100", "192.168.0.101", "192.168.0.102"]


def test_what_was_set_reaches_the_arguments() -> None:
    texts = {
        "clusterName": "orders",
        "availabilityZone": "us-east-1c",
        "instanceType": "m7g.large",
        "etcdVersion": "3.5.33",
        "releaseUrl": "https://mirror.example/etcd/",
        "quotaMib": "4096",
    }
    parsed = parse({**GOOD, **texts})
    assert topology(parsed)["orders-3"].zone == "us-east-1c"
    assert args.chosen_release(parsed).url == "https://mirror.example/etcd/v3.5.33/etcd-v3.5.33-linux-arm64.tar.gz"
    assert args.tuning(parsed).quota_mib == 4096


def test_a_release_file_is_taken_with_its_own_checksum(tmp_path: Path) -> None:
    tarball = tmp_path / "Téléchargements" / "etcd-v3.5.11-linux-amd64.tar.gz"
    tarball.parent.mkdir()
    tarball.touch()
    parsed = parse({**GOOD, "releaseFile": str(tarball), "releaseSha256": "c" * 64})
    assert (parsed.release_file, args.chosen_release(parsed).sha256) == (str(tarball), "c" * 64)


def test_a_checksum_makes_an_unpinned_release_usable() -> None:
    parsed = parse({**GOOD, "etcdVersion": "3.5.99", "releaseSha256": "AB" * 32})
    assert args.chosen_release(parsed).sha256 == "ab" * 32


@pytest.mark.parametrize(("text", "count"), [("0", None), ("1000", 1_000)])
def test_no_snapshot_count_means_the_default_of_the_release(text: str, count: int | None) -> None:
    assert args.tuning(parse({**GOOD, "snapshotCount": text})).snapshot_count == count
    assert args.tuning(parse(GOOD)).snapshot_count is None


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(GOOD).size = 5
