"""Networks and addresses: which ones a VPC, a subnet, a member and a firewall rule may have."""

from collections.abc import Iterable, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from components.topology import FIRST_HOST_NUMBER, default_addresses, in_turn

RFC_1918 = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
# docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: network, router, DNS, future use; and broadcast.
RESERVED_AT_START = 4
RESERVED_AT_END = 1
WIDEST_PREFIX, SMALLEST_PREFIX = 16, 28
WIDEST_SOURCE_PREFIX = 8


def unfit(address: str) -> str | None:
    """Why no member can have this address, in whatever subnet, or None if one can."""
    try:
        number = IPv4Address(address)
    except AddressValueError:
        return "an IPv4 address: four numbers from 0 to 255, without leading zeros"
    if not any(number in network for network in RFC_1918):
        return "a private address (10/8, 172.16/12, 192.168/16): no member is on the internet"
    return None


def private_network(text: str) -> str:
    """The range of a VPC or a subnet."""
    network = _network(text)
    if not is_private(str(network)):
        raise ValueError("a private network, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    if not WIDEST_PREFIX <= network.prefixlen <= SMALLEST_PREFIX:
        raise ValueError(f"AWS takes networks from /{WIDEST_PREFIX} to /{SMALLEST_PREFIX} only")
    return str(network)


def source_network(text: str) -> str:
    """Who may connect. Empty means: not set."""
    if not text:
        return text
    if ":" in text:
        raise ValueError("an IPv4 network: the VPC has no IPv6")
    network = _network(text)
    if network.prefixlen < WIDEST_SOURCE_PREFIX:
        raise ValueError(f"/{WIDEST_SOURCE_PREFIX} or narrower: this would let in (nearly) everybody on the internet")
    return str(network)


def misplaced(address: str, subnet_cidr: str) -> str | None:
    """Why a member cannot have this address in this subnet, or None if it can."""
    subnet, number = IPv4Network(subnet_cidr), IPv4Address(address)
    if number not in subnet:
        return f"inside the subnet {subnet_cidr}"
    offset = int(number) - int(subnet.network_address)
    if offset < RESERVED_AT_START or offset >= subnet.num_addresses - RESERVED_AT_END:
        return f"not one of the first four nor the last of {subnet_cidr}: AWS keeps these"
    return None


def inside(inner_cidr: str, outer_cidr: str) -> bool:
    return IPv4Network(inner_cidr).subnet_of(IPv4Network(outer_cidr))


def first_subnet(vpc_cidr: str, count: int = 1) -> str:
    """The first of so many subnets that fit: a /24, or the largest into which a smaller VPC divides.

    Where not even the smallest that AWS takes fit, one of those.
    """
    vpc = IPv4Network(vpc_cidr)
    bits = (count - 1).bit_length()
    return f"{vpc.network_address}/{min(SMALLEST_PREFIX, max(24, vpc.prefixlen + bits))}"


def last_subnet(vpc_cidr: str) -> str:
    """The last of the smallest networks that AWS takes."""
    last = IPv4Network(vpc_cidr).broadcast_address
    return str(IPv4Network(f"{last}/{SMALLEST_PREFIX}", strict=False))


def free_subnet(vpc_cidr: str, taken: Sequence[str]) -> str | None:
    """The last of the smallest networks that overlaps none of these, or None where all do."""
    smallest = list(IPv4Network(vpc_cidr).subnets(new_prefix=SMALLEST_PREFIX))
    others = [IPv4Network(cidr) for cidr in taken]
    return next((str(each) for each in reversed(smallest) if not any(map(each.overlaps, others))), None)


def overlaps(cidr: str, others: Iterable[str]) -> bool:
    return any(IPv4Network(cidr).overlaps(IPv4Network(other)) for other in others)


def is_private(cidr: str) -> bool:
    return any(IPv4Network(cidr).subnet_of(block) for block in RFC_1918)


def fitting_addresses(subnet_cidrs: Sequence[str], size: int) -> list[str]:
    """As many addresses as members, who take subnets in turn: the default ones, or the first that AWS leaves free."""
    addresses = default_addresses(subnet_cidrs, size)
    if any(map(misplaced, addresses, in_turn(subnet_cidrs, size))):
        shift = RESERVED_AT_START - FIRST_HOST_NUMBER
        addresses = [str(IPv4Address(address) + shift) for address in addresses]
    return addresses


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
