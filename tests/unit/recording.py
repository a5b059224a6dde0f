"""A recording engine: every resource that a program registers, with its inputs and options, in milliseconds."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, settings, stack
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key


@dataclass(frozen=True)
class Recorded:
    """One resource as the program registered it. `raw` keeps the marks of secrets, `options` is the whole request."""

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    raw: dict[str, Any]
    options: Any

    def is_secret(self, key: str) -> bool:
        return _is_secret(self.raw[key])


AWS_ANSWERS: dict[str, dict[str, Any]] = {
    "aws:ec2/getAmi:getAmi": {"id": "ami-newest"},
    "aws:ec2/getInstanceType:getInstanceType": {"supportedArchitectures": ["x86_64"]},
    "aws:ec2/getInstanceType:getInstanceType t4g.nano": {"supportedArchitectures": ["arm64"]},
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": {
        "locations": ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"]
    },
    "aws:ec2/getSecurityGroup:getSecurityGroup": {},
    "aws:ec2/getSubnet:getSubnet": {
        "vpcId": "vpc-existing",
        "availabilityZone": "us-east-1a",
        "cidrBlock": "192.168.0.0/24",
    },
    "aws:ec2/getVpc:getVpc": {},
    "aws:kms/getKey:getKey": {
        "keyState": "Enabled",
        "keyUsage": "ENCRYPT_DECRYPT",
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
    },
}


class Provider(pulumi.runtime.Mocks):
    """Answers like a provider that makes everything at once."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", {**args.inputs, **self._computed(args)}

    def _computed(self, args: pulumi.runtime.MockResourceArgs) -> dict[str, Any]:
        named = {"name": args.name}
        computed: dict[str, dict[str, Any]] = {
            "PrivateKey": {
                "privateKeyPem": f"PRIVATE KEY {args.name}",
                "privateKeyOpenssh": f"PRIVATE KEY {args.name}",
                "publicKeyOpenssh": f"ssh-ed25519 {args.name}\n",
            },
            "CertRequest": {"certRequestPem": f"REQUEST {args.name}"},
            "SelfSignedCert": {"certPem": f"CERTIFICATE {args.name}", "validityEndTime": "2030-01-01T00:00:00Z"},
            "LocallySignedCert": {"certPem": f"CERTIFICATE {args.name}", "validityEndTime": "2030-01-01T00:00:00Z"},
            "KeyPair": {"keyName": args.name},
            "Key": {"arn": f"arn:aws:kms:us-east-1:111122223333:key/{args.name}", "keyId": args.name},
            "Role": named,
            "InstanceProfile": named,
            "Stash": {"output": args.inputs.get("input")},
        }
        return computed.get(args.typ.split(":")[-1], {})

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        assert args.token in AWS_ANSWERS, f"unexpected call {args.token}"
        of_this_type = AWS_ANSWERS.get(f"{args.token} {args.args.get('instanceType')}")
        return {**args.args, **(of_this_type or AWS_ANSWERS[args.token])}


@dataclass
class Recorder(mocks.MockMonitor):
    """What the program registered."""

    resources_seen: list[Recorded] = field(default_factory=list)
    hooks: dict[str, pulumi.ResourceHook] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(Provider())

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            inputs = {key: _plain(value) for key, value in self.resources[answer.urn].state.items()}
            raw = json_format.MessageToDict(request.object)
            self.resources_seen.append(Recorded(answer.urn, request.type, request.name, inputs, raw, request))
        return answer

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        """What the server of callbacks does for the real engine; mocks have none."""
        self.hooks[hook.name] = hook

    def __getitem__(self, name: str) -> Recorded:
        found = [each for each in self.resources_seen if each.name == name and each.options.custom]
        assert len(found) == 1, f"{len(found)} resources are named {name}: {sorted(self.names())}"
        return found[0]

    def names(self, type_suffix: str = "") -> set[str]:
        return {each.name for each in self.resources_seen if each.type.endswith(type_suffix)}

    def named(self, part: str) -> list[Recorded]:
        return [each for each in self.resources_seen if part in each.name and each.options.custom]

    def depends_on(self, name: str) -> set[str]:
        """Logical names of what the named resource waits for, as far as it says so itself."""
        return {urn.split("::")[-1] for urn in self[name].options.dependencies}


def record(program: Callable[[], object]) -> Recorder:
    """Runs a program against a fresh recorder and returns it once everything is registered."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder.mocks, project="etcd", stack="test", preview=False, monitor=recorder)
    settings.SETTINGS.callbacks = recorder
    # A program that was refused leaves outputs behind; the next one would wait for them, in vain.
    settings.SETTINGS.outputs.clear()
    settings.SETTINGS.rpc_manager.clear()
    # Where a resource was registered is a fifth of the whole time to find out, and nobody looks at it here.
    with mock.patch("pulumi.runtime.resource._get_stack_trace", source_pb2.StackTrace):
        loop.run_until_complete(stack.run_pulumi_func(lambda: _ignore(program())))
    return recorder


def rerun_on(command: Recorded, key: str) -> str:
    """The digest of a value that the command's script does not read and whose change runs it again."""
    return str(re.findall(rf"^# rerun on {key} (\w+)$", command.inputs["stdin"], re.MULTILINE)[0])


def _ignore(_: object) -> None:
    return None


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and value.get(_special_sig_key) == _special_secret_sig


def _plain(value: Any) -> Any:
    return value["value"] if _is_secret(value) else value
