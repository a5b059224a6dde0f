"""The deployer's policy against every call that the provider made in the tests of clusters; run it after them."""

import json

import pytest

from tests.framework.sandbox import CHECKOUT

STATE = CHECKOUT / ".sandbox"
BEGAN = STATE / "cluster-tests-began"  # tests/conftest.py touches it
# Without these, the regions that were looked at have not lived whole lives.
LIVES = {"ec2:RunInstances", "ec2:TerminateInstances", "ec2:ModifyVolume", "kms:CreateKey", "iam:DeleteRole"}

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not BEGAN.exists(), reason="no test has brought up a cluster in this clone: make test"),
]


def test_it_allows_every_call_that_was_made() -> None:
    policy = json.loads((CHECKOUT / "docs" / "deployer-policy.json").read_text())
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    began = BEGAN.stat().st_mtime
    logs = [log for log in STATE.glob("test*/log*/api.log") if log.stat().st_mtime >= began]
    calls = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    made = {f"{call['service']}:{call['action']}" for call in calls if call["by"] == "pulumi"}
    assert made >= LIVES, "too few were seen: run all tests of clusters first, with `make test`"
    assert made - allowed == set(), "docs/deployer-policy.json lacks them"
