"""Checks of single values that no pattern or range expresses. Pure."""

import json

from components.aws.specs import VOLUME_LIMITS
from components.settings.networks import private_network
from components.topology import tolerated_failures


def decoded_json(value: object) -> object:
    """Lists and objects reach the program as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ValueError("a list or an object in the stack's file, not plain text") from None


def odd_size(size: int) -> int:
    if size < 1:
        raise ValueError("a cluster has at least one member")
    if size > 7:
        raise ValueError("at most 7 members: every write waits for a majority, so more only makes it slower")
    if size % 2 == 0:
        lost = tolerated_failures(size)
        raise ValueError(f"1, 3, 5 or 7 members: {size} survive the loss of {lost}, no more than {size - 1} do")
    return size


def solid_state(volume_type: str) -> str:
    if volume_type not in VOLUME_LIMITS:
        raise ValueError(
            f"{' or '.join(VOLUME_LIMITS)}, an SSD with provisioned IOPS: every write to etcd waits for the disk, and "
            "one that is late costs the cluster its leader"
        )
    return volume_type


def tag_key(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError("tag keys that begin with aws: belong to AWS")
    if key == "Name" or key.startswith("etcd-aws:"):
        raise ValueError("the program itself sets Name and the tags that begin with etcd-aws:")
    return key


def zero_or_thousands(count: int) -> int:
    if 0 < count < 1_000:
        raise ValueError("1000 to 10000000 transactions, or 0 for the default of the release")
    return count


def optional_private_network(text: str) -> str:
    return private_network(text) if text else text


def without_slash(url: str) -> str:
    return url.rstrip("/")
