"""The IAM role and instance profile of the members. The role permits nothing yet; permissions are added to it alone."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.aws.tags import named

PATH = "/etcd-aws/"  # what docs/deployer-policy.json lets a deployer make
EC2_MAY_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def member_profile(name: str, tags: Mapping[str, str], parent: pulumi.Resource) -> pulumi.Output[str]:
    """Name of the instance profile of every member, with a role of its own."""
    child = pulumi.ResourceOptions(parent=parent)
    role = aws.iam.Role(
        f"{name}-member-role",
        path=PATH,
        assume_role_policy=json.dumps(EC2_MAY_ASSUME),
        description=f"Machines of the etcd cluster {name}",
        tags=named(tags, f"{name}-member"),
        opts=child,
    )
    profile = aws.iam.InstanceProfile(
        f"{name}-member-profile", path=PATH, role=role.name, tags=named(tags, f"{name}-member"), opts=child
    )
    return profile.name
