"""What the network is asked to be: whose VPC, which subnets, who may reach a port, and a bastion. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NewVpc:
    """A VPC that the program makes, and deletes with the cluster.

    Attributes:
        cidr: its addresses.
        subnets: of each zone that members stand in, the addresses of its subnet, inside the VPC.
    """

    cidr: str
    subnets: Mapping[str, str]

    @property
    def facts(self) -> dict[str, str]:
        """What a live cluster keeps."""
        return {"vpc": self.cidr, **self.subnets}


@dataclass(frozen=True, kw_only=True)
class ExistingVpc:
    """A VPC that was there before the cluster and outlives it: nothing of it is changed.

    Attributes:
        vpc_id: its ID, `vpc-…`.
        subnets: of each zone that members stand in, the ID of its subnet, `subnet-…`.
    """

    vpc_id: str
    subnets: Mapping[str, str]

    @property
    def facts(self) -> dict[str, str]:
        """What a live cluster keeps."""
        return {"vpc": self.vpc_id, **self.subnets}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Who may reach a port. Nobody by default.

    Attributes:
        cidrs: IPv4 networks.
        security_group_ids: `sg-…` of this VPC or of one that is peered with it: whatever has the group may.
    """

    cidrs: Sequence[str] = ()
    security_group_ids: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.cidrs or self.security_group_ids)


@dataclass(frozen=True, kw_only=True)
class BastionSpec:
    """The machine through which operators reach the members.

    Attributes:
        operator_cidrs: public networks, the only ones that reach it, by SSH.
        subnet_cidr: addresses of its subnet, the only one with a route to the internet.
        zone: where it stands.
        instance_type, architecture: any type does; it only passes bytes on.
    """

    operator_cidrs: Sequence[str]
    subnet_cidr: str
    zone: str
    instance_type: str
    architecture: str
