"""Terminates one instance through the API. Runs inside the region: `python -m sandbox.cli.terminate i-…`."""

import sys

import boto3


def terminate(instance_id: str) -> None:
    ec2 = boto3.client("ec2")
    ec2.terminate_instances(InstanceIds=[instance_id])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance_id], WaiterConfig={"Delay": 1, "MaxAttempts": 90})


if __name__ == "__main__":
    terminate(sys.argv[1])
    print(f"{sys.argv[1]} is terminated.")
