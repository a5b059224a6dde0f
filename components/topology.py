"""The cluster on paper: members, their addresses, zones and URLs, and the arithmetic of quorum.

Pure: knows neither Pulumi nor AWS. Members are keyed by name, never by position, so that a member that comes or
goes changes nobody else's identity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

CLIENT_PORT = 2379
PEER_PORT = 2380
METRICS_PORT = 2381

# 192.168.0.100, .101, .102 in the default subnet: clear of what AWS reserves and of what routers usually take.
FIRST_HOST_NUMBER = 100


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
        """Plain HTTP, so on loopback only: the one listener without TLS."""
        return f"http://127.0.0.1:{METRICS_PORT}"


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


def default_addresses(subnet_cidr: str, size: int) -> list[str]:
    """Host numbers 100, 101, ... of the subnet. Beyond the end of a small subnet they fall outside it."""
    network = IPv4Network(subnet_cidr)
    return [str(network.network_address + FIRST_HOST_NUMBER + index) for index in range(size)]


def plan(cluster_name: str, addresses: Sequence[str], zone: str) -> Topology:
    """The topology of a cluster in one zone: members named `{cluster_name}-1` and on, one per address."""
    return Topology(
        tuple(
            Member(name=f"{cluster_name}-{number}", address=address, zone=zone)
            for number, address in enumerate(addresses, start=1)
        )
    )
