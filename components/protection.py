"""A protected cluster refuses `pulumi destroy` as a whole, before anything is deleted."""

import pulumi
from pulumi_command import local

REFUSAL = (
    "etcd:protected is true, so nothing is deleted. To lift it: pulumi config set etcd:protected false, pulumi up; "
    "docs/protection.md has the rest."
)


def refuse_destroy(name: str, protected: bool, cluster: pulumi.Resource) -> None:
    """The last of all resources, and so the first to be deleted: where the cluster is protected, that fails.

    Pulumi's own `protect` lets all else be deleted that no protected resource needs, the rules of the security groups
    and the certificates too, unless a preview comes first (`pulumi destroy --skip-preview` has none). Without
    `protected` there is nothing to run, and the deletion goes on.
    """
    local.Command(
        f"{name}-protection",
        create="exit 0",
        delete=f"echo '{REFUSAL}' >&2; exit 1" if protected else None,
        opts=pulumi.ResourceOptions(depends_on=[cluster]),
    )
