"""Finds in AWS what a killed engine was creating, by the tags and names that the creation asked for.

Runs inside the region, where the API is: `python -m sandbox.cli.unmanaged EXPORT PROJECT/STACK` prints JSON.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.cli import pending
from sandbox.cli.pending import PendingCreate

STACK_TAG = "etcd-aws:stack"
LIVE_INSTANCE = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}

# Pulumi type: the API's listing of it, and where the IDs are in the answer.
TAGGED = {
    "aws:ebs/volume:Volume": ("describe_volumes", "Volumes[].VolumeId"),
    "aws:ec2/eip:Eip": ("describe_addresses", "Addresses[].AllocationId"),
    "aws:ec2/instance:Instance": ("describe_instances", "Reservations[].Instances[].InstanceId"),
    "aws:ec2/internetGateway:InternetGateway": ("describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
    "aws:ec2/keyPair:KeyPair": ("describe_key_pairs", "KeyPairs[].KeyName"),
    "aws:ec2/networkInterface:NetworkInterface": (
        "describe_network_interfaces",
        "NetworkInterfaces[].NetworkInterfaceId",
    ),
    "aws:ec2/placementGroup:PlacementGroup": ("describe_placement_groups", "PlacementGroups[].GroupName"),
    "aws:ec2/routeTable:RouteTable": ("describe_route_tables", "RouteTables[].RouteTableId"),
    "aws:ec2/securityGroup:SecurityGroup": ("describe_security_groups", "SecurityGroups[].GroupId"),
    "aws:ec2/subnet:Subnet": ("describe_subnets", "Subnets[].SubnetId"),
    "aws:ec2/vpc:Vpc": ("describe_vpcs", "Vpcs[].VpcId"),
}


@dataclass(frozen=True)
class Stray:
    """An instance with this stack's tag that is not in the state."""

    instance_id: str
    name: str


@dataclass(frozen=True)
class Findings:
    candidates: dict[str, list[str]]  # URN of a pending creation: IDs that match it and are in no state
    unsearchable: list[str]  # URNs of types that cannot be looked up here
    strays: list[Stray]


def find(clients: Mapping[str, Any], deployment: dict[str, Any], stack_tag: str) -> Findings:
    """Looks up every pending creation, and every instance of the stack that is in no state.

    `clients` has boto3's for `ec2`, `iam` and `kms`.
    """
    known = pending.known_ids(deployment)
    candidates: dict[str, list[str]] = {}
    unsearchable: list[str] = []
    for create in pending.creates(deployment):
        if create.repeatable or create.id:
            continue
        matching = lookup(clients, create)
        if matching is None:
            unsearchable.append(create.urn)
        else:
            candidates[create.urn] = [identifier for identifier in matching if identifier not in known]
    explained = known.union(*candidates.values())
    return Findings(candidates, unsearchable, strays(clients["ec2"], stack_tag, explained))


def lookup(clients: Mapping[str, Any], create: PendingCreate) -> list[str] | None:
    """IDs in AWS that match a pending creation; None when its type has nothing to search by."""
    elsewhere: dict[str, Callable[[], list[str]]] = {
        "aws:iam/instanceProfile:InstanceProfile": lambda: profiles(clients["iam"], create.inputs["name"]),
        "aws:iam/role:Role": lambda: roles(clients["iam"], create.inputs["name"]),
        "aws:kms/alias:Alias": lambda: aliases(clients["kms"], create.inputs["name"]),
        "aws:kms/key:Key": lambda: keys(clients["kms"], tags(create.inputs)),
    }
    return elsewhere[create.type]() if create.type in elsewhere else lookup_in_ec2(clients["ec2"], create)


def lookup_in_ec2(ec2: Any, create: PendingCreate) -> list[str] | None:
    if create.type == "aws:ec2/routeTableAssociation:RouteTableAssociation":
        return associations(ec2, create.inputs)
    if create.type.startswith("aws:vpc/securityGroup"):
        return rules(ec2, create)
    if create.type not in TAGGED or not create.inputs.get("tags"):
        return None
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags(create.inputs).items()]
    listing, path = TAGGED[create.type]
    if not ec2.can_paginate(listing):
        answer, identifier = path.split("[].")
        return sorted(each[identifier] for each in getattr(ec2, listing)(Filters=filters)[answer])
    if listing == "describe_instances":
        filters.append(LIVE_INSTANCE)
    return sorted(ec2.get_paginator(listing).paginate(Filters=filters).search(path))


def tags(inputs: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in inputs["tags"].items() if not key.startswith("__")}


def profiles(iam: Any, name: str) -> list[str]:
    found = iam.get_paginator("list_instance_profiles").paginate().search("InstanceProfiles[].InstanceProfileName")
    return [each for each in found if each == name]


def roles(iam: Any, name: str) -> list[str]:
    return [each for each in iam.get_paginator("list_roles").paginate().search("Roles[].RoleName") if each == name]


def aliases(kms: Any, name: str) -> list[str]:
    return [each for each in kms.get_paginator("list_aliases").paginate().search("Aliases[].AliasName") if each == name]


def keys(kms: Any, wanted: dict[str, str]) -> list[str]:
    """Keys with these tags that are not on their way out."""
    found = []
    for key in kms.get_paginator("list_keys").paginate().search("Keys[].KeyId"):
        facts = kms.describe_key(KeyId=key)["KeyMetadata"]
        if facts["KeyManager"] == "CUSTOMER" and facts["KeyState"] == "Enabled":
            has = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key)["Tags"]}
            if wanted.items() <= has.items():
                found.append(key)
    return found


def associations(ec2: Any, inputs: dict[str, Any]) -> list[str]:
    answer = ec2.describe_route_tables(RouteTableIds=[inputs["routeTableId"]])
    return [
        association["RouteTableAssociationId"]
        for table in answer["RouteTables"]
        for association in table["Associations"]
        if association.get("SubnetId") == inputs.get("subnetId")
    ]


def rules(ec2: Any, create: PendingCreate) -> list[str]:
    """Rules of the group that say exactly the same. EC2 has at most one."""
    wanted = create.inputs
    groups = [{"Name": "group-id", "Values": [wanted["securityGroupId"]]}]
    all_ports = wanted["ipProtocol"] == "-1"
    same = {
        "IsEgress": "Egress" in create.type,
        "IpProtocol": wanted["ipProtocol"],
        "FromPort": -1 if all_ports else wanted["fromPort"],
        "ToPort": -1 if all_ports else wanted["toPort"],
        "CidrIpv4": wanted.get("cidrIpv4"),
    }
    peer = wanted.get("referencedSecurityGroupId")
    return [
        rule["SecurityGroupRuleId"]
        for rule in ec2.describe_security_group_rules(Filters=groups)["SecurityGroupRules"]
        if all(rule.get(key) == value for key, value in same.items())
        and rule.get("ReferencedGroupInfo", {}).get("GroupId") == peer
    ]


def strays(ec2: Any, stack_tag: str, explained: set[str]) -> list[Stray]:
    filters = [{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag]}, LIVE_INSTANCE]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return [
        Stray(instance["InstanceId"], next((tag["Value"] for tag in instance["Tags"] if tag["Key"] == "Name"), ""))
        for instance in pages.search("Reservations[].Instances[]")
        if instance["InstanceId"] not in explained
    ]


if __name__ == "__main__":
    import boto3  # slow to import, and the CLI imports this module for its types

    export = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    services = {name: boto3.client(name) for name in ("ec2", "iam", "kms")}
    print(json.dumps(asdict(find(services, export["deployment"], sys.argv[2]))))
