"""The table of bad inputs about zones: the values, the key that is named, and a piece of the rule that is told."""

import json

from tests.unit.bad_settings import Case, Values

FITTING = '["192.168.0.4", "192.168.0.20", "192.168.0.36"]'


def spread(*letters: str, region: str = "us-east-1", **more: str) -> Values:
    return {"multiAz": "true", "availabilityZones": json.dumps([f"{region}{letter}" for letter in letters]), **more}


BAD_ZONES: list[Case] = [
    ({"multiAz": "perhaps"}, "multiAz", "true or false"),
    ({"multiAz": "true", "size": "1"}, "multiAz", "fewer than 3 members"),
    # two zones
    (
        spread("a", "b"),
        "availabilityZones",
        "with 2, one of them holds 2 of 3 members, but the cluster survives the loss of 1",
    ),
    (spread("a", "b", size="5"), "availabilityZones", "one of them holds 3 of 5 members"),
    (spread("a"), "availabilityZones", "at least 3 zones"),
    (spread("a", "b", "a"), "availabilityZones", "each zone once"),
    (spread("a", "b", "c", "d"), "availabilityZones", "no more zones than members, 3"),
    # another region
    (spread("a", "b", "c", region="eu-west-1"), "availabilityZones", "zones of the region us-east-1; eu-west-1a"),
    (
        {"multiAz": "true", "availabilityZones": '["us-east-1a", "us-east-1b", "us-west-2c"]'},
        "availabilityZones",
        "us-west-2c is none",
    ),
    ({"multiAz": "true", "availabilityZones": "us-east-1a"}, "availabilityZones", "not plain text"),
    (spread("a", "b", "C"), "availabilityZones[2]", "availability zone"),
    # the two ways to name zones
    ({"multiAz": "true", "availabilityZone": "us-east-1a"}, "availabilityZone", "not set where etcd:multiAz is true"),
    ({**spread("a", "b", "c"), "multiAz": "false"}, "availabilityZones", "not set where etcd:multiAz is false"),
    # subnets and addresses
    ({"multiAz": "true", "vpcCidr": "192.168.0.0/24"}, "subnetCidr", "for each further zone inside etcd:vpcCidr"),
    ({"multiAz": "true", "subnetCidr": "192.168.254.0/24"}, "subnetCidr", "up to 192.169.0.0/24"),
    (
        {"multiAz": "true", "vpcCidr": "192.168.0.0/27", "subnetCidr": "192.168.0.0/28", "addresses": FITTING},
        "vpcCidr",
        "room for 3 subnets",
    ),
    (
        {"multiAz": "true", "addresses": '["192.168.0.100", "192.168.0.101", "192.168.2.100"]'},
        "addresses[1]",
        "inside the subnet 192.168.1.0/24",
    ),
    ({"multiAz": "true", "subnetCidr": "192.168.0.0/26"}, "addresses", "no room for the default"),
]
