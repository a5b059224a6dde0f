"""Other machines in the cluster's network, made with the plain EC2 API: strangers, clients, a scraper of metrics."""

import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from tests.framework.sandbox import Sandbox
from tests.region.ssh_machine import Identity, public_half

KNOCK = "timeout 2 bash -c '</dev/tcp/{address}/{port}' 2>/dev/null && echo {address}:{port} &"


def tcp(port: int, **source: Any) -> dict[str, Any]:
    """One permission of a security group."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}


@dataclass(frozen=True)
class Neighbour:
    """A machine that is not a member, with an address and security groups."""

    sandbox: Sandbox
    identity: Identity
    address: str

    def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A shell script there."""
        known_hosts = self.identity.host_key.with_name(f"known-{self.address}")
        known_hosts.write_text(f"{self.address} {public_half(self.identity.host_key)}\n")
        options = {
            "IdentityFile": self.identity.login_key,
            "UserKnownHostsFile": known_hosts,
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "ConnectTimeout": 5,
        }
        ssh = ["/usr/bin/ssh", "-F", "none", *(f"-o{key}={value}" for key, value in options.items())]
        return self.sandbox.run(*ssh, f"admin@{self.address}", script, check=False, stdin=stdin)

    def is_up(self) -> bool:
        return self.run("true").returncode == 0

    def reaches(self, addresses: tuple[str, ...], ports: tuple[int, ...]) -> set[str]:
        """Which of these, as `address:port`, take a connection."""
        knocks = "\n".join(KNOCK.format(address=address, port=port) for address in addresses for port in ports)
        done = self.run(f"{knocks}\nwait")
        assert done.returncode == 0, done.stderr
        return set(done.stdout.split())

    def put(self, files: Mapping[str, str]) -> None:
        """Files in its home folder."""
        for name, content in files.items():
            done = self.run(f"umask 077; cat >{name}", stdin=content)
            assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class ForeignVpc:
    """A VPC with one subnet, made by somebody else, and the machines in it by name."""

    vpc: str
    subnet: str
    groups: dict[str, str]
    machines: dict[str, Neighbour]


def make_vpc(
    sandbox: Sandbox,
    identity: Identity,
    *,
    vpc: str,
    subnet: str,
    zone: str,
    owner: str,
    machines: Mapping[str, tuple[str, Sequence[str]]],
) -> ForeignVpc:
    """A VPC as described. A machine has an address and groups; that of `neighbours` lets in `owner`, by SSH."""
    arm = platform.machine() == "aarch64"
    given = {
        "vpc": vpc,
        "subnet": subnet,
        "zone": zone,
        "owner": owner,
        "machines": machines,
        "key": public_half(identity.login_key),
        "image": f"debian-12-{'arm64' if arm else 'amd64'}-*",
        "type": "t4g.small" if arm else "t3.small",
        "user_data": identity.user_data().decode(),
    }
    made = sandbox.call(run_machines, given)
    booted = {name: Neighbour(sandbox, identity, address) for name, (address, _) in machines.items()}
    return ForeignVpc(made["vpc"], made["subnet"], made["groups"], booted)


def run_machines(given: dict[str, Any]) -> dict[str, Any]:
    """Inside the region: all of it in one program, since each start of one costs a second."""
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=given["vpc"])["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=given["subnet"], AvailabilityZone=given["zone"])
    subnet_id = subnet["Subnet"]["SubnetId"]
    named = {name for _, names in given["machines"].values() for name in names}
    groups = {name: ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in named}
    ssh = tcp(22, IpRanges=[{"CidrIp": given["owner"]}])
    ec2.authorize_security_group_ingress(GroupId=groups["neighbours"], IpPermissions=[ssh])
    ec2.import_key_pair(KeyName="neighbours", PublicKeyMaterial=given["key"])
    debian = [{"Name": "name", "Values": [given["image"]]}]
    images = ec2.describe_images(Owners=["136693071363"], Filters=debian)["Images"]
    for address, names in given["machines"].values():
        ec2.run_instances(
            ImageId=images[0]["ImageId"],
            InstanceType=given["type"],
            MinCount=1,
            MaxCount=1,
            KeyName="neighbours",
            SubnetId=subnet_id,
            PrivateIpAddress=address,
            SecurityGroupIds=[groups[name] for name in names],
            UserData=given["user_data"],
        )
    return {"vpc": vpc, "subnet": subnet_id, "groups": groups}
