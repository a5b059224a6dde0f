"""The policy pack's rules on all that a stack asked of AWS, as the engine has it."""

import json

from policy.rules import RULES, Resource, clusters_are_odd
from tests.framework.sandbox import Sandbox


def complaints(sandbox: Sandbox) -> list[str]:
    resources = exported(sandbox)
    assert len(resources) > 25, "the rules look at too little"
    return [*(said for rule in RULES for each in resources for said in rule.check(each)), *clusters_are_odd(resources)]


def exported(sandbox: Sandbox) -> list[Resource]:
    state = json.loads(sandbox.pulumi("stack", "export", "--show-secrets").stdout)
    return [
        Resource(
            type=each["type"],
            name=each["urn"].rpartition("::")[2],
            properties=each.get("inputs", {}),
            stack=sandbox.stack,
            protect=each.get("protect", False),
        )
        for each in state["deployment"]["resources"]
        if each.get("custom")
    ]
