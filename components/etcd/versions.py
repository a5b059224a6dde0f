"""Versions of etcd: their order, and the minors whose settings are known."""

SUPPORTED_MINORS = ("3.5", "3.6")


def minor_of(version: str) -> str:
    return version.rpartition(".")[0]


def numbers(version: str) -> tuple[int, ...]:
    """For comparing: 3.5.9 comes before 3.5.11."""
    return tuple(int(part) for part in version.split("."))
