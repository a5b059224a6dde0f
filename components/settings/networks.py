"""Networks and addresses: those that a VPC, a subnet, a member or a firewall rule may have. Pure."""

from collections.abc import Iterable, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

RFC_1918 = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
MIN_PREFIX, MAX_PREFIX = 16, 28
MIN_SOURCE_PREFIX = 8


def address_error(address: str) -> str | None:
    """Why no member can have this address, in whatever subnet, or None if one can."""
    try:
        number = IPv4Address(address)
    except AddressValueError:
        return "an IPv4 address: four numbers from 0 to 255, without leading zeros"
    if not any(number in network for network in RFC_1918):
        return "a private address (10/8, 172.16/12, 192.168/16): members are not on the internet"
    return None


def private_network(text: str) -> str:
    """The range of a VPC or a subnet, checked."""
    network = _network(text)
    if not is_private(str(network)):
        raise ValueError("a private network, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    if not MIN_PREFIX <= network.prefixlen <= MAX_PREFIX:
        raise ValueError(f"AWS takes networks from /{MIN_PREFIX} to /{MAX_PREFIX} only")
    return str(network)


def source_network(text: str) -> str:
    """A network that may connect, checked. Empty means: not set."""
    if not text:
        return text
    if ":" in text:
        raise ValueError("an IPv4 network: the VPC has no IPv6")
    network = _network(text)
    if network.prefixlen < MIN_SOURCE_PREFIX:
        raise ValueError(f"/{MIN_SOURCE_PREFIX} or narrower: this would let in nearly everybody on the internet")
    return str(network)


def inside(inner_cidr: str, outer_cidr: str) -> bool:
    return IPv4Network(inner_cidr).subnet_of(IPv4Network(outer_cidr))


def first_subnet(vpc_cidr: str, count: int = 1) -> str:
    """The first of so many subnets that fit: a /24, or the largest into which a smaller VPC divides.

    Where not even the smallest that AWS takes fit, one of those.
    """
    vpc = IPv4Network(vpc_cidr)
    bits = (count - 1).bit_length()
    return f"{vpc.network_address}/{min(MAX_PREFIX, max(24, vpc.prefixlen + bits))}"


def last_subnet(vpc_cidr: str) -> str:
    """The last of the smallest networks that AWS takes."""
    last = IPv4Network(vpc_cidr).broadcast_address
    return str(IPv4Network(f"{last}/{MAX_PREFIX}", strict=False))


def free_subnet(vpc_cidr: str, taken: Sequence[str]) -> str | None:
    """The last of the smallest networks that overlaps none of these, or None where all do."""
    smallest = list(IPv4Network(vpc_cidr).subnets(new_prefix=MAX_PREFIX))
    others = [IPv4Network(cidr) for cidr in taken]
    return next((str(each) for each in reversed(smallest) if not any(map(each.overlaps, others))), None)


def overlaps(cidr: str, others: Iterable[str]) -> bool:
    return any(IPv4Network(cidr).overlaps(IPv4Network(other)) for other in others)


def is_private(cidr: str) -> bool:
    return any(IPv4Network(cidr).subnet_of(block) for block in RFC_1918)


def _network(text: str) -> IPv4Network:
    if "/" not in text:
        raise ValueError("a network with its length, such as 192.168.0.0/24")
    try:
        return IPv4Network(text)
    except (AddressValueError, NetmaskValueError):
        raise ValueError("an IPv4 network such as 192.168.0.0/24") from None
    except ValueError:
        corrected = IPv4Network(text, strict=False)
        raise ValueError(f"the address of a network, not of a host in it: {corrected}") from None
