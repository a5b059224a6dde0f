"""Checks whether a given KMS key can encrypt volumes."""

from collections.abc import Iterator

import pulumi
import pulumi_aws as aws


def violations(arn: str, parent: pulumi.Resource) -> Iterator[str]:
    """Looks the key up and yields why it could not be used; nothing where it can, or where none is given."""
    if not arn:
        return
    try:
        key = aws.kms.get_key(key_id=arn, opts=pulumi.InvokeOptions(parent=parent))
    except Exception as error:  # the SDK raises nothing narrower
        if "couldn't find resource" not in str(error):
            raise
        yield f"etcd:kmsKeyArn {arn}: there is no such key"
        return
    if reason := unusable(key.key_state, key.key_usage, key.customer_master_key_spec):
        yield f"etcd:kmsKeyArn {arn} cannot encrypt volumes: {reason}"


def unusable(state: str, usage: str, spec: str) -> str | None:
    """Why EBS could not encrypt with such a key. It would accept the volume, and then never make it."""
    if state != "Enabled":
        return f"its state is {state}, not Enabled"
    if (usage, spec) != ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"):
        return f"it is for {usage} with {spec}, but EBS takes ENCRYPT_DECRYPT with SYMMETRIC_DEFAULT alone"
    return None
