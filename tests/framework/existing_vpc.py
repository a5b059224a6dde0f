"""A VPC that somebody else made, with machines in it, and a cluster that is to stand there."""

from pathlib import Path
from typing import Any

from tests.framework.client_machines import ForeignVpc, make_vpc
from tests.framework.cluster import Cluster
from tests.region.ssh_machine import Identity

OPERATOR = "10.20.0.1/32"  # where the region's own programs come from: the VPC's first host
ADDRESSES = tuple(f"10.20.1.{number}" for number in range(100, 105))
NEIGHBOURS = {
    "stranger": ("10.20.1.50", ["neighbours"]),
    "client": ("10.20.1.51", ["neighbours", "clients"]),
    "listed": ("10.20.1.52", ["neighbours"]),
    "scraper": ("10.20.1.53", ["neighbours", "scrapers"]),
}
NEIGHBOUR_ADDRESSES = {address for address, _ in NEIGHBOURS.values()}
VERSION = "3.6.14"


def make(region: Cluster, folder: Path) -> ForeignVpc:
    """The keys of its machines are kept in the folder."""
    return make_vpc(
        region,
        Identity.generate(folder),
        vpc="10.20.0.0/16",
        subnet="10.20.1.0/24",
        zone="us-east-1b",
        owner=OPERATOR,
        machines=NEIGHBOURS,
    )


def settings(vpc: ForeignVpc) -> dict[str, Any]:
    """What the stack says of the VPC, of who gets in, and of etcd: five members of a newer minor."""
    return {
        "vpcId": vpc.vpc,
        "subnetIds": [vpc.subnet],
        "availabilityZone": "us-east-1b",
        "size": len(ADDRESSES),
        "addresses": list(ADDRESSES),
        "operatorCidrs": [OPERATOR],
        "clientCidrs": [OPERATOR, f"{NEIGHBOURS['listed'][0]}/32"],
        "clientSecurityGroupIds": [vpc.groups["clients"]],
        "metricsCidrs": [OPERATOR],
        "metricsSecurityGroupIds": [vpc.groups["scrapers"]],
        "etcdVersion": VERSION,
    }
