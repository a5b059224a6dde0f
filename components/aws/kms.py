"""The KMS key that encrypts the volumes of a cluster. Without it every one of them is unreadable."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws.tags import named

# The longest there is: so long a deletion can be taken back with `aws kms cancel-key-deletion`.
DELETION_WINDOW_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class KeyArgs:
    """Inputs of the key.

    Attributes:
        given: ARN of a key that exists; empty makes one for this cluster.
        keep: `destroy` leaves the key, because it leaves volumes or snapshots that need it.
        protect: Pulumi refuses to delete it.
        tags: put on the key.
    """

    given: str
    keep: bool
    protect: bool
    tags: Mapping[str, str] = field(default_factory=dict)


def volume_key(name: str, args: KeyArgs, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """ARN of the key, whose default policy lets the account's own IAM policies decide who uses it."""
    if args.given:
        return pulumi.Output.from_input(args.given)
    keeping = pulumi.ResourceOptions(retain_on_delete=args.keep, protect=args.protect)
    key = aws.kms.Key(
        f"{name}-volumes-key",
        description=f"Volumes of the etcd cluster {name}",
        enable_key_rotation=True,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        tags=named(args.tags, f"{name}-volumes"),
        opts=pulumi.ResourceOptions.merge(opts, keeping),
    )
    aws.kms.Alias(f"{name}-volumes-alias", name=_alias(name), target_key_id=key.key_id, opts=opts)
    return key.arn


def _alias(name: str) -> str:
    """Stack names may hold dots, aliases may not."""
    path = f"{pulumi.get_project()}/{pulumi.get_stack()}/{name}"
    return "alias/etcd-aws/" + re.sub(r"[^A-Za-z0-9/_-]", "-", path)
