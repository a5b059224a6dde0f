"""A protected cluster's refusal of `pulumi destroy`, before anything is deleted."""

import pulumi
from pulumi_command import local

REFUSAL = (
    "etcd:deletionProtection is true, so nothing is deleted. To lift it: pulumi config set etcd:deletionProtection "
    "false, pulumi up; docs/protection.md has the rest."
)


def refuse_destroy(name: str, protect: bool, cluster: pulumi.Resource) -> None:
    """Creates the last of all resources, which is deleted first: where the cluster is protected, that fails.

    Pulumi's own `protect` still deletes unprotected resources, such as security group rules and certificates, unless a
    preview comes first (`pulumi destroy --skip-preview` has none). Without protection there is nothing to run, and the
    deletion goes on.
    """
    local.Command(
        f"{name}-destroy-protection",
        create="exit 0",
        delete=f"echo '{REFUSAL}' >&2; exit 1" if protect else None,
        opts=pulumi.ResourceOptions(depends_on=[cluster]),
    )
