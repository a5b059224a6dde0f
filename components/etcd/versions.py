"""Versions of etcd: their order, the minors whose settings are known, and where releases are published."""

OFFICIAL_URL = "https://github.com/etcd-io/etcd/releases/download"
SUPPORTED_MINORS = ("3.5", "3.6")


def minor_of(version: str) -> str:
    return version.rpartition(".")[0]


def numbers(version: str) -> tuple[int, ...]:
    """For comparing: 3.5.9 comes before 3.5.11."""
    return tuple(int(part) for part in version.split("."))
