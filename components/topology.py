"""The topology of a cluster: members with their addresses, zones and URLs, and the arithmetic of quorum and zones.

Pure: imports neither Pulumi nor AWS. Members are keyed by name, never by position, so that a member that comes or
goes changes nobody else's identity.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

CLIENT_PORT = 2379
PEER_PORT = 2380
METRICS_PORT = 2381

# With two zones, one of them holds a majority; with three, no zone has to.
MIN_ZONES = 3

# 192.168.0.100, .101, .102 in the default subnet: clear of what AWS reserves and of what routers usually take.
FIRST_HOST_NUMBER = 100
# docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html: network, router, DNS, future use; and broadcast.
RESERVED_AT_START = 4
RESERVED_AT_END = 1


@dataclass(frozen=True, kw_only=True)
class Member:
    """One etcd server: its name in the cluster, its fixed private address, and the zone it stands in."""

    name: str
    address: str
    zone: str

    @property
    def client_url(self) -> str:
        return f"https://{self.address}:{CLIENT_PORT}"

    @property
    def peer_url(self) -> str:
        return f"https://{self.address}:{PEER_PORT}"

    @property
    def metrics_url(self) -> str:
        """Plain HTTP, on loopback: the one listener without TLS."""
        return f"http://127.0.0.1:{METRICS_PORT}"

    @property
    def network_metrics_url(self) -> str:
        """Plain HTTP on the network, for metrics sources in the settings."""
        return f"http://{self.address}:{METRICS_PORT}"


@dataclass(frozen=True)
class Topology:
    """All members of one cluster, in the order in which they are numbered."""

    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        for what in ("name", "address"):
            values = [getattr(member, what) for member in self.members]
            if len(set(values)) != len(values):
                raise ValueError(f"two members share one {what}: {', '.join(values)}")

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, name: str) -> Member:
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(f"no member {name}; the members are {', '.join(member.name for member in self.members)}")

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that members stand in, each once, in the order of the members."""
        return tuple(dict.fromkeys(member.zone for member in self.members))

    def members_in(self, zone: str) -> int:
        return sum(member.zone == zone for member in self.members)

    def survives_loss_of(self, zone: str) -> bool:
        """Whether the members of the other zones are a majority without this one."""
        return len(self) - self.members_in(zone) >= quorum(len(self))

    @property
    def endpoints(self) -> list[str]:
        """What a client is given: the client URL of every member."""
        return [member.client_url for member in self.members]

    @property
    def initial_cluster(self) -> str:
        """The value of etcd's `initial-cluster`."""
        return ",".join(f"{member.name}={member.peer_url}" for member in self.members)


def quorum(size: int) -> int:
    """How many members must agree on a write: a majority."""
    return size // 2 + 1


def tolerated_failures(size: int) -> int:
    """How many members may be lost while the rest still is a majority."""
    return size - quorum(size)


def round_robin(places: Sequence[str], size: int) -> list[str]:
    """The place of each member, one place after the other and round again: none has two more than another.

    Over three zones or more, no zone then has more members than a cluster of 3, 5 or 7 can lose.
    """
    return [places[index % len(places)] for index in range(size)]


def zone_subnets(first_cidr: str, zones: Sequence[str]) -> dict[str, str]:
    """One subnet per zone: the first, and the networks of the same size that follow it."""
    first = IPv4Network(first_cidr)
    return {
        zone: f"{first.network_address + index * first.num_addresses}/{first.prefixlen}"
        for index, zone in enumerate(zones)
    }


def default_addresses(subnet_cidrs: Iterable[str], size: int) -> list[str]:
    """Host numbers 100, 101, ... of each subnet, members taking subnets in turn.

    Beyond the end of a small subnet they fall outside it.
    """
    networks = [IPv4Network(cidr) for cidr in subnet_cidrs]
    return [
        str(networks[index % len(networks)].network_address + FIRST_HOST_NUMBER + index // len(networks))
        for index in range(size)
    ]


def subnet_error(address: str, subnet_cidr: str) -> str | None:
    """Why a member cannot have this address in this subnet, or None if it can."""
    subnet, number = IPv4Network(subnet_cidr), IPv4Address(address)
    if number not in subnet:
        return f"inside the subnet {subnet_cidr}"
    offset = int(number) - int(subnet.network_address)
    if offset < RESERVED_AT_START or offset >= subnet.num_addresses - RESERVED_AT_END:
        return f"not one of the first four nor the last of {subnet_cidr}: AWS reserves these"
    return None


def suggested_addresses(subnet_cidrs: Sequence[str], size: int) -> list[str]:
    """As many addresses as members, who take subnets in turn: the default ones, or the first that AWS leaves free."""
    addresses = default_addresses(subnet_cidrs, size)
    if any(map(subnet_error, addresses, round_robin(subnet_cidrs, size))):
        shift = RESERVED_AT_START - FIRST_HOST_NUMBER
        addresses = [str(IPv4Address(address) + shift) for address in addresses]
    return addresses


def member_names(cluster_name: str, size: int) -> list[str]:
    """`{cluster_name}-1` and on."""
    return [f"{cluster_name}-{number}" for number in range(1, size + 1)]


def build(cluster_name: str, addresses: Sequence[str], *zones: str) -> Topology:
    """The topology of a cluster: one member per address, taking zones in turn."""
    size = len(addresses)
    places = zip(member_names(cluster_name, size), addresses, round_robin(zones, size), strict=True)
    return Topology(tuple(Member(name=name, address=address, zone=zone) for name, address, zone in places))
