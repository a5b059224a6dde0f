"""The table of bad inputs about existing VPCs and about who reaches a member: values, key named, piece of the rule."""

import json

from tests.unit.bad_settings import Case, Values

GROUP, SUBNETS = "sg-0123456789abcdef0", tuple(f"subnet-{number:017x}" for number in range(1, 4))


def in_vpc(**more: object) -> Values:
    """An existing VPC, told in full."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in more.items()}
    addresses = '["10.0.1.10", "10.0.1.11", "10.0.1.12"]'
    return {"vpcId": "vpc-0123456789abcdef0", "subnetIds": json.dumps(SUBNETS[:1]), "addresses": addresses, **texts}


def networks(key: str) -> list[Case]:
    """What no list of networks may hold."""
    return [
        ({key: "10.0.0.0/8"}, key, "not plain text"),
        ({key: '[""]'}, key, "none empty"),
        ({key: '["10.0.0.0/8", "10.0.0.0/8"]'}, key, "each network once"),
        ({key: '["10.1.0.0/16", "10.0.0.0/8"]'}, key, "do not overlap: 10.0.0.0/8 holds 10.1.0.0/16"),
        ({key: '["0.0.0.0/0"]'}, f"{key}[0]", "everybody on the internet"),
        ({key: '["10.0.0.0/8", "::/0"]'}, f"{key}[1]", "no IPv6"),
        ({key: '["128.0.0.0/1"]'}, f"{key}[0]", "everybody on the internet"),
        ({key: '["203.0.113.7"]'}, f"{key}[0]", "with its length"),
        ({key: '["203.0.113.7/24"]'}, f"{key}[0]", "203.0.113.0/24"),
        ({key: '["me/32"]'}, f"{key}[0]", "an IPv4 network"),
    ]


def groups(key: str) -> list[Case]:
    """What no list of security groups may hold."""
    return [
        ({key: GROUP}, key, "not plain text"),
        ({key: '["0.0.0.0/0"]'}, f"{key}[0]", "IDs of security groups"),
        ({key: '["::/0"]'}, f"{key}[0]", "IDs of security groups"),
        ({key: '["etcd-clients"]'}, f"{key}[0]", "IDs of security groups"),
        ({key: '[""]'}, f"{key}[0]", "IDs of security groups"),
        ({key: json.dumps([GROUP, GROUP])}, key, "each security group once"),
    ]


BAD_NETWORKS: list[Case] = [
    ({"operatorCidrs": "[]"}, "operatorCidrs", "required"),
    *networks("operatorCidrs"),
    *networks("clientCidrs"),
    *networks("metricsCidrs"),
    *groups("clientSecurityGroupIds"),
    *groups("metricsSecurityGroupIds"),
    # an existing VPC
    *[(in_vpc(vpcId=name), "vpcId", "ID of a VPC") for name in ("etcd", "vpc-", "vpc-xyz", "vpc-0123456789ABCDEF0")],
    (in_vpc(subnetIds=["subnet-1"]), "subnetIds[0]", "IDs of subnets"),
    (in_vpc(subnetIds=[""]), "subnetIds[0]", "IDs of subnets"),
    (in_vpc(subnetIds=[]), "subnetIds", "one subnet of etcd:vpcId per zone, each once, in this order: us-east-1a"),
    (in_vpc(subnetIds=SUBNETS), "subnetIds", "one subnet of etcd:vpcId per zone"),
    (in_vpc(multiAz="true"), "subnetIds", "in this order: us-east-1a, us-east-1b, us-east-1c"),
    (in_vpc(multiAz="true", subnetIds=[*SUBNETS[:2], SUBNETS[0]]), "subnetIds", "each once"),
    (in_vpc(addresses="[]"), "addresses", "required with etcd:vpcId: 3 free addresses"),
    (in_vpc(addresses=["10.0.1.10"]), "addresses", "etcd:size is 3, these are 1"),
    (in_vpc(vpcCidr="10.0.0.0/16"), "vpcCidr", "not set with etcd:vpcId"),
    (in_vpc(subnetCidr="192.168.1.0/24"), "subnetCidr", "not set with etcd:vpcId"),
    ({"subnetIds": json.dumps(SUBNETS[:1])}, "subnetIds", "not set without etcd:vpcId"),
]
