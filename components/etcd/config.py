"""etcd's configuration file, `/etc/etcd/etcd.conf`: an environment file, rendered for one member and one version.

Pure: a dataclass in, text out. This file is etcd's only configuration; a flag that repeats a variable is fatal to it
("conflicting environment variable"). Names come from each minor's sources, server/etcdmain/config.go and
server/embed/config.go; etcd only warns of an unknown name.
"""

from dataclasses import dataclass

from components.etcd.versions import minor_of, numbers
from components.host.paths import PATHS
from components.topology import CLIENT_PORT, Member, Topology

# Every peer certificate has it, and no other: the CA signs clients too, and a client must not pose as a peer.
PEER_COMMON_NAME = "etcd-peer"
# Below the mount point: a fresh ext4 has a lost+found in its root. Without a mount it is not there.
DATA_DIRECTORY_NAME = "default.etcd"
# The first releases of 3.5 that have these; before, TLS 1.2 was the minimum too, and could not be set.
KNOWN_SINCE = {"experimental-compact-hash-check-enabled": "3.5.5", "tls-min-version": "3.5.8"}

CORRUPTION_CHECKS = {
    "3.5": {
        "experimental-initial-corrupt-check": "true",
        "experimental-compact-hash-check-enabled": "true",
    },
    "3.6": {"feature-gates": "CompactHashCheck=true,InitialCorruptCheck=true"},
}


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """What an operator may tune, the same on every member.

    `snapshot_count` is None for the default of the release: 100,000 in 3.5, 10,000 in 3.6.
    """

    heartbeat_milliseconds: int
    election_milliseconds: int
    quota_mib: int
    auto_compaction_retention: str
    snapshot_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class EtcdConfig:
    """All that one member's file is made from.

    Attributes:
        member: whose file it is.
        topology: the member among the others.
        version: of etcd.
        token: unique per bootstrap of the cluster.
        mount_point: where the data volume is mounted; etcd's directory lies below it.
        tuning: what an operator may tune.
        expose_metrics: whether the metrics are served, without TLS, on the member's address too.
    """

    member: Member
    topology: Topology
    version: str
    token: str
    mount_point: str
    tuning: Tuning
    expose_metrics: bool = False


def data_directory(mount_point: str) -> str:
    return f"{mount_point}/{DATA_DIRECTORY_NAME}"


def render(config: EtcdConfig) -> str:
    """The text of the file."""
    lines = [f"# etcd {config.version}, member {config.member.name}. Written by Pulumi; edits are lost."]
    lines += [f"{variable(flag)}={quoted(value)}" for flag, value in flags(config).items()]
    return "\n".join(lines) + "\n"


def flags(config: EtcdConfig) -> dict[str, str]:
    """Every flag that is set, by etcd's own name for it."""
    known = {
        **_membership(config),
        **_tls("", "server"),
        **_tls("peer-", "peer"),
        "peer-cert-allowed-cn": PEER_COMMON_NAME,
        "tls-min-version": "TLS1.2",
        **_tuning(config.tuning),
        **_safety(config.version),
        "listen-metrics-urls": _metrics(config),
        "logger": "zap",
        "log-outputs": "stderr",
        "log-level": "info",
    }
    version = numbers(config.version)
    return {flag: value for flag, value in known.items() if version >= numbers(KNOWN_SINCE.get(flag, "0"))}


def variable(flag: str) -> str:
    return "ETCD_" + flag.upper().replace("-", "_")


def quoted(value: str) -> str:
    """For an EnvironmentFile= of systemd.exec(5); a POSIX shell reads the same."""
    if not value.isprintable():
        raise ValueError(f"{value!r} cannot stand in an environment file: it holds a line break or a control character")
    for special in '\\"$`':
        value = value.replace(special, f"\\{special}")
    return f'"{value}"'


def _membership(config: EtcdConfig) -> dict[str, str]:
    member = config.member
    return {
        "name": member.name,
        "data-dir": data_directory(config.mount_point),
        "listen-peer-urls": member.peer_url,
        # On loopback too, under TLS as well: health checks on the machine need no way through the network.
        "listen-client-urls": f"{member.client_url},https://127.0.0.1:{CLIENT_PORT}",
        "advertise-client-urls": member.client_url,
        "initial-advertise-peer-urls": member.peer_url,
        "initial-cluster": config.topology.initial_cluster,
        "initial-cluster-token": config.token,
        "initial-cluster-state": "new",
    }


def _metrics(config: EtcdConfig) -> str:
    """/metrics and /health, in the clear and read-only. On the network, the security group decides who reads them."""
    member = config.member
    return f"{member.metrics_url},{member.network_metrics_url}" if config.expose_metrics else member.metrics_url


def _tls(prefix: str, certificate: str) -> dict[str, str]:
    return {
        f"{prefix}client-cert-auth": "true",
        f"{prefix}cert-file": f"{PATHS.pki_directory}/{certificate}.crt",
        f"{prefix}key-file": f"{PATHS.pki_directory}/{certificate}.key",
        f"{prefix}trusted-ca-file": f"{PATHS.pki_directory}/ca.crt",
    }


def _tuning(tuning: Tuning) -> dict[str, str]:
    return {
        "heartbeat-interval": str(tuning.heartbeat_milliseconds),
        "election-timeout": str(tuning.election_milliseconds),
        "quota-backend-bytes": str(tuning.quota_mib * 1024 * 1024),
        "auto-compaction-mode": "periodic",
        "auto-compaction-retention": tuning.auto_compaction_retention,
        **({"snapshot-count": str(tuning.snapshot_count)} if tuning.snapshot_count else {}),
    }


def _safety(version: str) -> dict[str, str]:
    return {
        "strict-reconfig-check": "true",
        "pre-vote": "true",
        **CORRUPTION_CHECKS[minor_of(version)],
        # /v3/* over HTTP is a part of what is promised.
        "enable-grpc-gateway": "true",
    }
