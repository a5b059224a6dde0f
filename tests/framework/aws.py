"""Calls to a region's EC2, IAM and KMS. They run inside it: `sandbox.call(aws.reboot, instance_id)`."""

from typing import Any

import boto3

ALIVE = ["pending", "running", "shutting-down", "stopping", "stopped"]


def ec2(action: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer of one call of EC2."""
    answer: dict[str, Any] = getattr(boto3.client("ec2"), action)(**parameters)
    answer.pop("ResponseMetadata", None)
    return answer


def reboot(instance_id: str) -> None:
    boto3.client("ec2").reboot_instances(InstanceIds=[instance_id])


def stop(instance_id: str) -> None:
    boto3.client("ec2").stop_instances(InstanceIds=[instance_id])


def terminate(instance_ids: list[str]) -> None:
    """Returns when they are gone: one that is still shutting down is still there for an update."""
    client = boto3.client("ec2")
    client.terminate_instances(InstanceIds=instance_ids)
    client.get_waiter("instance_terminated").wait(
        InstanceIds=instance_ids, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def refusal_to_terminate(instance_id: str) -> str:
    """The code of EC2's refusal; empty where there was none."""
    client = boto3.client("ec2")
    try:
        client.terminate_instances(InstanceIds=[instance_id])
    except client.exceptions.ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def take_profile(instance_id: str) -> None:
    """The machine has no instance profile any more."""
    client = boto3.client("ec2")
    filters = [{"Name": "instance-id", "Values": [instance_id]}]
    answer = client.describe_iam_instance_profile_associations(Filters=filters)
    (held,) = answer["IamInstanceProfileAssociations"]
    client.disassociate_iam_instance_profile(AssociationId=held["AssociationId"])


def make_key(alias: str) -> str:
    """The ARN of a new KMS key; it has the alias where one is given."""
    kms = boto3.client("kms")
    key = kms.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]
    if alias:
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return str(key["Arn"])


def key_states(description: str) -> list[str]:
    """The states of the keys whose description begins so."""
    return [key["KeyState"] for key in _keys() if key["Description"].startswith(description)]


def everything() -> dict[str, list[str]]:
    """All that a program could have made in this account, by kind; kinds of which there is nothing are left out."""
    client, iam, kms = boto3.client("ec2"), boto3.client("iam"), boto3.client("kms")
    alive = [{"Name": "instance-state-name", "Values": ALIVE}]
    own_snapshots = [{"Name": "tag-key", "Values": ["etcd-aws:stack"]}]  # images have snapshots too
    reservations = client.describe_instances(Filters=alive)["Reservations"]
    aliases = _each("AliasName", kms.list_aliases()["Aliases"])
    found = {
        "instances": [each["InstanceId"] for group in reservations for each in group["Instances"]],
        "volumes": _each("VolumeId", client.describe_volumes()["Volumes"]),
        "snapshots": _each(
            "SnapshotId", client.describe_snapshots(OwnerIds=["self"], Filters=own_snapshots)["Snapshots"]
        ),
        "interfaces": _each("NetworkInterfaceId", client.describe_network_interfaces()["NetworkInterfaces"]),
        "vpcs": _each("VpcId", client.describe_vpcs()["Vpcs"]),
        "subnets": _each("SubnetId", client.describe_subnets()["Subnets"]),
        "security groups": _each("GroupId", client.describe_security_groups()["SecurityGroups"]),
        "route tables": _each("RouteTableId", client.describe_route_tables()["RouteTables"]),
        "gateways": _each("InternetGatewayId", client.describe_internet_gateways()["InternetGateways"]),
        "addresses": _each("AllocationId", client.describe_addresses()["Addresses"]),
        "key pairs": _each("KeyName", client.describe_key_pairs()["KeyPairs"]),
        "placement groups": _each("GroupName", client.describe_placement_groups()["PlacementGroups"]),
        "roles": _each("RoleName", iam.list_roles()["Roles"]),
        "profiles": _each("InstanceProfileName", iam.list_instance_profiles()["InstanceProfiles"]),
        "aliases": [alias for alias in aliases if not _of_aws(alias)],
        "keys": [key["KeyId"] for key in _keys() if key["KeyState"] != "PendingDeletion"],
    }
    return {kind: ids for kind, ids in found.items() if ids}


def _keys() -> list[dict[str, Any]]:
    """The account's own KMS keys. Moto calls those of AWS's services a customer's, too; their aliases tell."""
    kms = boto3.client("kms")
    of_aws = {each.get("TargetKeyId") for each in kms.list_aliases()["Aliases"] if _of_aws(each["AliasName"])}
    own = set(_each("KeyId", kms.list_keys()["Keys"])) - of_aws
    return [kms.describe_key(KeyId=each)["KeyMetadata"] for each in own]


def _of_aws(alias: str) -> bool:
    return alias.startswith("alias/aws/")


def _each(key: str, rows: list[dict[str, Any]]) -> list[str]:
    return [row[key] for row in rows]
