"""The file that etcd reads: exactly this text, nothing that its version does not know, nothing that breaks a line."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from components.etcd.config import EtcdConfig, Tuning, flags, quoted, render
from components.topology import build

HERE = Path(__file__).parent
FLAGS: dict[str, str] = json.loads((HERE / "etcd-flags.json").read_text())["versions"]
TOPOLOGY = build("etcd", ["192.168.0.100", "192.168.0.101", "192.168.0.102"], "us-east-1a")

pytestmark = pytest.mark.unit


def config(version: str, member: str = "etcd-1", *, expose_metrics: bool = False) -> EtcdConfig:
    return EtcdConfig(
        member=TOPOLOGY[member],
        topology=TOPOLOGY,
        version=version,
        token="etcd-5f2c9a",
        mount_point="/var/lib/etcd",
        tuning=Tuning(
            heartbeat_milliseconds=100,
            election_milliseconds=1000,
            quota_mib=2048,
            auto_compaction_retention="1h",
        ),
        expose_metrics=expose_metrics,
    )


@pytest.mark.parametrize("version", ["3.5.6", "3.5.11", "3.6.14"])
def test_the_file_is_the_golden_one(version: str) -> None:
    assert render(config(version)) == (HERE / "golden" / f"etcd-{version}.conf").read_text()


def test_the_file_is_the_golden_one_with_expose_metrics() -> None:
    assert (
        render(config("3.5.11", expose_metrics=True)) == (HERE / "golden" / "etcd-3.5.11-open-metrics.conf").read_text()
    )


@pytest.mark.parametrize("version", FLAGS)
def test_no_release_is_given_a_flag_that_it_does_not_know(version: str) -> None:
    assert set(flags(config(version))) <= set(FLAGS[version].split())


@pytest.mark.parametrize("version", FLAGS)
def test_the_snapshot_count_is_the_default_of_the_release_unless_one_is_set(version: str) -> None:
    """3.6 lowered its own to 10,000, the source of most of its memory saving."""
    plain = config(version)
    assert "snapshot-count" not in flags(plain)
    tuned = replace(plain, tuning=replace(plain.tuning, snapshot_count=20_000))
    assert flags(tuned)["snapshot-count"] == "20000"


@pytest.mark.parametrize(
    ("version", "checks"),
    [
        ("3.5.11", {"experimental-initial-corrupt-check", "experimental-compact-hash-check-enabled"}),
        ("3.6.14", {"feature-gates"}),
    ],
)
def test_corruption_checks_are_on_under_the_name_of_the_minor(version: str, checks: set[str]) -> None:
    rendered = flags(config(version))
    assert checks <= set(rendered)
    assert not [flag for flag in rendered if flag.startswith("experimental-") and flag not in checks]


@pytest.mark.parametrize("version", FLAGS)
def test_every_listener_but_the_metrics_on_loopback_demands_a_client_certificate(version: str) -> None:
    rendered = flags(config(version))
    assert (rendered["client-cert-auth"], rendered["peer-client-cert-auth"]) == ("true", "true")
    plain = [flag for flag, value in rendered.items() if "http://" in value]
    assert plain == ["listen-metrics-urls"]
    assert rendered["listen-metrics-urls"] == "http://127.0.0.1:2381"


def test_each_member_has_its_own_addresses_and_the_same_cluster() -> None:
    first, second = flags(config("3.5.11", "etcd-1")), flags(config("3.5.11", "etcd-2"))
    differing = {flag for flag in first if first[flag] != second[flag]}
    assert differing == {
        "name", "listen-peer-urls", "listen-client-urls", "advertise-client-urls", "initial-advertise-peer-urls",
    }  # fmt: skip
    assert second["listen-client-urls"] == "https://192.168.0.101:2379,https://127.0.0.1:2379"


@pytest.mark.parametrize("value", ["plain", "a b", 'a"b', "a\\b", "$(touch /tmp/x)", "`id`", "a'b", "#x", "ü", ""])
def test_a_quoted_value_is_read_back_as_it_was(value: str) -> None:
    # systemd.exec(5) has the shell's rules inside double quotes.
    read = subprocess.run(["sh", "-c", f"printf %s {quoted(value)}"], capture_output=True, text=True, check=True)
    assert read.stdout == value


@pytest.mark.parametrize("value", ["a\nETCD_FORCE_NEW_CLUSTER=true", "a\rb", "a\x00b", "a\u2028b", "a\x1bb"])
def test_a_value_never_breaks_its_line(value: str) -> None:
    with pytest.raises(ValueError, match="cannot stand in an environment file"):
        quoted(value)


def test_rendering_and_topology_are_free_of_pulumi() -> None:
    program = "import sys, components.topology, components.etcd.config; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=HERE.parents[1], check=False).returncode == 0
