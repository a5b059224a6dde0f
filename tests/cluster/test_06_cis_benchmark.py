"""The CIS Kubernetes Benchmark's controls for etcd, read from the running process and its files.

SECURITY.md has the table.
"""

import pytest
from cryptography import x509

from tests.framework.cluster import Cluster
from tests.framework.polling import eventually

pytestmark = pytest.mark.cluster

SETTINGS = "sudo cat /proc/$(systemctl show --property MainPID --value etcd)/environ | tr '\\0' '\\n'"
FLAGS = "sudo cat /proc/$(systemctl show --property MainPID --value etcd)/cmdline | tr '\\0' '\\n'"


@pytest.fixture(scope="module")
def settings(newcomer: Cluster) -> dict[str, dict[str, str]]:
    """What each member's etcd runs with."""
    eventually(newcomer.healthy, "the cluster is healthy")
    running = {}
    for member in newcomer.members:
        assert member.ssh(FLAGS).split() == ["/usr/local/bin/etcd"], "a flag would go before the settings"
        lines = member.ssh(SETTINGS).splitlines()
        running[member.name] = dict(line.split("=", 1) for line in lines if line.startswith("ETCD_"))
    return running


def test_1_1_11_the_data_directory_is_etcds_alone(cluster: Cluster, settings: dict[str, dict[str, str]]) -> None:
    for member in cluster.members:
        assert member.ssh(f"sudo stat -c %a {settings[member.name]['ETCD_DATA_DIR']}").strip() == "700"


def test_1_1_12_the_data_directory_belongs_to_etcd(cluster: Cluster, settings: dict[str, dict[str, str]]) -> None:
    for member in cluster.members:
        owner = member.ssh(f"sudo find {settings[member.name]['ETCD_DATA_DIR']} -printf '%u:%g\\n' | sort -u")
        assert owner.split() == ["etcd:etcd"]


def test_2_1_clients_are_served_with_a_certificate(cluster: Cluster, settings: dict[str, dict[str, str]]) -> None:
    certificates_are_there(cluster, settings, "ETCD_CERT_FILE", "ETCD_KEY_FILE")


def test_2_2_clients_must_have_a_certificate(settings: dict[str, dict[str, str]]) -> None:
    assert {each["ETCD_CLIENT_CERT_AUTH"] for each in settings.values()} == {"true"}


def test_2_3_no_certificate_is_made_up_for_clients(settings: dict[str, dict[str, str]]) -> None:
    assert {each.get("ETCD_AUTO_TLS", "false") for each in settings.values()} == {"false"}


def test_2_4_peers_are_served_with_a_certificate(cluster: Cluster, settings: dict[str, dict[str, str]]) -> None:
    certificates_are_there(cluster, settings, "ETCD_PEER_CERT_FILE", "ETCD_PEER_KEY_FILE")


def test_2_5_peers_must_have_a_certificate(settings: dict[str, dict[str, str]]) -> None:
    assert {each["ETCD_PEER_CLIENT_CERT_AUTH"] for each in settings.values()} == {"true"}


def test_2_6_no_certificate_is_made_up_for_peers(settings: dict[str, dict[str, str]]) -> None:
    assert {each.get("ETCD_PEER_AUTO_TLS", "false") for each in settings.values()} == {"false"}


def test_2_7_etcd_has_an_authority_of_its_own(cluster: Cluster, settings: dict[str, dict[str, str]]) -> None:
    own = x509.load_pem_x509_certificate(cluster.pulumi("stack", "output", "caCertificate").stdout.encode())
    assert own.issuer == own.subject
    for member in cluster.members:
        for trusted in ("ETCD_TRUSTED_CA_FILE", "ETCD_PEER_TRUSTED_CA_FILE"):
            text = member.ssh(f"sudo cat {settings[member.name][trusted]}")
            assert x509.load_pem_x509_certificates(text.encode()) == [own], "more than the cluster's own is trusted"


def certificates_are_there(
    cluster: Cluster, settings: dict[str, dict[str, str]], certificate: str, private_key: str
) -> None:
    for member in cluster.members:
        files = settings[member.name][certificate], settings[member.name][private_key]
        x509.load_pem_x509_certificate(member.ssh(f"sudo cat {files[0]}").encode())
        assert member.ssh(f"sudo stat -c '%a %U' {files[1]}").strip() == "600 etcd"
