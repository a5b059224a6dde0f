"""The plugins built here answer as the published ones would, as far as the program can tell."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.toolchain import pins
from tests.engine.engine import pulumi
from tests.engine.sdk_shape import Sdk

pytestmark = pytest.mark.engine

# The newest Terraform AWS provider that is served as a Go module is a little older than the published plugin's.
NEWER_IN_THE_SDK = {
    "aws:ec2/LaunchTemplateNetworkInterface:LaunchTemplateNetworkInterface": {"enaQueueCount"},
    "aws:ec2/getVpc:getVpc": {"ipv6CidrBlockAssociations"},
    "aws:ec2/networkInterface:NetworkInterface": {"connectionTrackingSpecification"},
}

PROGRAM = """
import pulumi, pulumi_aws as aws
ami = aws.ec2.get_ami(most_recent=True, owners=["amazon"], filters=[{"name": "name", "values": ["amzn2-ami-*"]}])
vpc = aws.ec2.Vpc("vpc", cidr_block="192.168.0.0/16")
subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="192.168.0.0/24")
group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id)
pulumi.export("ami", ami.id)
pulumi.export("zones", aws.get_availability_zones().names)
pulumi.export("region", aws.get_region().region)
pulumi.export("account", aws.get_caller_identity().account_id)
pulumi.export("subnets", aws.ec2.get_subnets_output(filters=[{"name": "vpc-id", "values": [vpc.id]}],
              opts=pulumi.InvokeOutputOptions(depends_on=[subnet])).ids)
pulumi.export("group", {"name": group.name, "description": group.description})
policy = aws.iam.get_policy_document(statements=[{"actions": ["s3:GetObject"], "resources": ["*"]}])
pulumi.export("policy", policy.json)
pulumi.export("memory", aws.ec2.get_instance_type(instance_type="t3.micro").memory_size)
"""


def references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "$ref" and value.startswith("#/types/"):
                yield value.removeprefix("#/types/")
            else:
                yield from references(value)


def nested_types(schema: dict[str, Any], start: object) -> set[str]:
    found: set[str] = set()
    todo = list(references(start))
    while todo:
        token = todo.pop()
        if token not in found and schema["types"][token]["type"] == "object":
            found.add(token)
            todo += references(schema["types"][token]["properties"])
    return found


@pytest.mark.parametrize("package", ["aws", "tls"])
def test_resources_and_functions_have_the_sdks_arguments_and_results(
    package: str, environment: dict[str, str], tmp_path: Path
) -> None:
    """One renamed or missing argument, and the engine would drop what the program sets without a word."""
    named = f"{package}@{pins.PLUGINS[package]}"
    schema = json.loads(pulumi(environment, tmp_path, "package", "get-schema", named))
    sdk = Sdk(package)
    differences = {}

    def compare(token: str, ours: set[str], theirs: set[str]) -> None:
        if unexpected := (ours ^ theirs) - NEWER_IN_THE_SDK.get(token, set()):
            differences[token] = sorted(unexpected)

    assert schema["resources"]
    for token, resource in schema["resources"].items():
        compare(token, set(resource["inputProperties"]), sdk.inputs(token))
        compare(token, set(resource["properties"]), sdk.outputs(token))
        for nested in nested_types(schema, resource["inputProperties"]):
            compare(nested, set(schema["types"][nested]["properties"]), sdk.nested(nested, of_inputs=True))
    functions = {name: function for name, function in schema.get("functions", {}).items() if "providers" not in name}
    for token, function in functions.items():
        arguments = function.get("inputs", {}).get("properties", {})
        compare(token, set(arguments), sdk.arguments(token))
        compare(token, set(function["outputs"]["properties"]), sdk.results(token))
        for nested in nested_types(schema, arguments):
            compare(nested, set(schema["types"][nested]["properties"]), sdk.nested(nested, of_inputs=True))
    assert differences == {}


@pytest.fixture
def moto() -> Iterator[str]:
    """Moto as it is, in a process of its own: in this one, other tests have put the sandbox's rules into it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not _listens(port):
        assert time.monotonic() < deadline, "moto does not start"
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait(timeout=10)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_data_sources_and_defaults_of_the_aws_plugin(environment: dict[str, str], moto: str, tmp_path: Path) -> None:
    endpoints = {f"aws:endpoints[0].{service}": moto for service in ("ec2", "iam", "sts")}
    config = {
        "aws:region": "us-east-1",
        "aws:accessKey": "test",
        "aws:secretKey": "test",
        "aws:skipMetadataApiCheck": "true",
        "aws:skipCredentialsValidation": "true",
        **endpoints,
    }
    (tmp_path / "Pulumi.yaml").write_text("name: plugins\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    pulumi(environment, tmp_path, "stack", "init", "test")
    words = [word for key, value in config.items() for word in ("--plaintext", f"{key}={value}")]
    pulumi(environment, tmp_path, "config", "set-all", "--path", *words)
    pulumi(environment, tmp_path, "up", "--yes", "--skip-preview")
    found = json.loads(pulumi(environment, tmp_path, "stack", "output", "--json"))
    assert found["ami"].startswith("ami-")
    assert found["zones"][:2] == ["us-east-1a", "us-east-1b"]
    assert found["region"] == "us-east-1"
    assert found["account"] == "123456789012"
    assert len(found["subnets"]) == 1
    assert found["group"]["name"].startswith("group-")
    assert found["group"]["description"] == "Managed by Pulumi"
    assert json.loads(found["policy"])["Statement"][0]["Action"] == "s3:GetObject"
    assert found["memory"] == 1024
    pulumi(environment, tmp_path, "preview", "--expect-no-changes")
    pulumi(environment, tmp_path, "destroy", "--yes", "--skip-preview")
