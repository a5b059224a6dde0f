"""The deployer's policy against every call that the provider made in the tests of clusters; run it after them."""

import json

import pytest

from tests.cluster.sandbox import CHECKOUT

LOGS = sorted((CHECKOUT / ".sandbox").glob("test*/log*/api.log"))
# Without these, the regions that were looked at have not lived whole lives.
LIVES = {"ec2:RunInstances", "ec2:TerminateInstances", "ec2:ModifyVolume", "kms:CreateKey", "iam:DeleteRole"}

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not LOGS, reason="no test has brought up a cluster in this clone: make test"),
]


def test_it_allows_every_call_that_was_made() -> None:
    policy = json.loads((CHECKOUT / "docs" / "deployer-policy.json").read_text())
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    calls = [json.loads(line) for log in LOGS for line in log.read_text().splitlines()]
    made = {f"{call['service']}:{call['action']}" for call in calls if call["by"] == "pulumi"}
    assert made >= LIVES, "too few were seen"
    assert made - allowed == set(), "docs/deployer-policy.json lacks them"
