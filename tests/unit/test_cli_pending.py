"""A creation that was in flight when the engine died must neither be lost nor made twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.cli import pending

pytestmark = pytest.mark.unit

TAGS = {"Name": "etcd-2", "etcd-aws:stack": "etcd/sandbox"}


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:sandbox::etcd::etcd-aws:index:EtcdCluster${kind}::{name}"


def operation(kind: str, name: str, inputs: dict[str, Any], verb: str = "creating") -> dict[str, Any]:
    """As the engine notes it in the state (recorded from 3.259)."""
    return {"resource": {"urn": urn(kind, name), "custom": True, "type": kind, "inputs": inputs}, "type": verb}


INSTANCE = "aws:ec2/instance:Instance"
VPC = "aws:ec2/vpc:Vpc"


def test_mended_state_holds_what_was_found_and_no_pending_operation() -> None:
    found = operation(INSTANCE, "etcd-2", {"tags": TAGS})
    stack = {"urn": "urn:pulumi:sandbox::etcd::pulumi:pulumi:Stack::etcd-sandbox"}
    deployment = {
        "resources": [stack],
        "pending_operations": [found, operation(VPC, "lost", {}), operation(VPC, "old", {}, verb="deleting")],
    }
    before = json.dumps(deployment)

    mended = pending.mended(deployment, {found["resource"]["urn"]: "i-1"})

    assert mended == {"resources": [stack, {**found["resource"], "id": "i-1", "outputs": {"tags": TAGS, "id": "i-1"}}]}
    assert json.dumps(deployment) == before


def test_pending_operations_are_noticed_without_starting_pulumi(tmp_path: Path) -> None:
    checkpoint = tmp_path / "sandbox.json"
    assert not pending.noted(checkpoint)
    checkpoint.write_text('{"checkpoint": {"latest": {"resources": []}}}', encoding="utf-8")
    assert not pending.noted(checkpoint)
    checkpoint.write_text('{"checkpoint": {"latest": {"pending_operations": [{}]}}}', encoding="utf-8")
    assert pending.noted(checkpoint)


def test_creation_that_the_cloud_had_answered_is_kept_with_its_outputs() -> None:
    answered = operation("tls:index/privateKey:PrivateKey", "key", {})
    answered["resource"] |= {"id": "abc", "outputs": {"publicKeyPem": "x"}}
    deployment = {"resources": [], "pending_operations": [answered]}

    assert pending.creates(deployment)[0].id == "abc"
    assert pending.mended(deployment, {answered["resource"]["urn"]: "abc"})["resources"] == [answered["resource"]]
