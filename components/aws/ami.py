"""The machine image: Debian 12 as Debian publishes it."""

import pulumi
import pulumi_aws as aws

DEBIAN_ACCOUNT = "136693071363"  # https://wiki.debian.org/Cloud/AmazonEC2Image/Bookworm


def debian_image(architecture: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """ID of the newest image for `amd64` or `arm64`.

    A newer one changes no machine that exists: machines ignore changes of their image.
    """
    return aws.ec2.get_ami_output(
        owners=[DEBIAN_ACCOUNT],
        most_recent=True,
        filters=[
            {"name": "name", "values": [f"debian-12-{architecture}-*"]},
            {"name": "state", "values": ["available"]},
        ],
        opts=pulumi.InvokeOutputOptions(parent=parent),
    ).id
