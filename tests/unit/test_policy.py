"""The policy pack: what each rule demands, that the program satisfies all of them, and that the pack applies them."""

import runpy
import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from policy.rules import INSTANCE, RULES, UNTAGGED, Resource, clusters_are_odd
from tests.unit.committed_stacks import ROOT, STACKS, recorded
from tests.unit.policy_cases import CASES

CHECKS = {rule.name: rule.check for rule in RULES}

pytestmark = pytest.mark.unit


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> list[Resource]:
    """All that the program registers for a committed stack."""
    name: str = request.param
    return [
        Resource(each.type, each.name, each.inputs, name, each.options.protect)
        for each in recorded(name).resources_seen
        if each.options.custom
    ]


@pytest.mark.parametrize(("rule", "kept", "broken", "told"), CASES)
def test_a_rule_takes_the_one_and_refuses_the_other(rule: str, kept: Resource, broken: Resource, told: str) -> None:
    assert list(CHECKS[rule](kept)) == []
    assert told in "\n".join(CHECKS[rule](broken))


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(CHECKS)


@pytest.mark.parametrize(("size", "odd"), [(1, True), (2, False), (3, True), (4, False)])
def test_a_cluster_is_odd_whatever_else_is_in_the_stack(size: int, odd: bool) -> None:
    machines = [Resource(INSTANCE, f"a-b-instance-a-b-{number}", {}, "test") for number in range(1, size + 1)]
    others = [Resource(INSTANCE, "a-b-bastion", {}, "test"), Resource(INSTANCE, "other-instance-other-1", {}, "test")]
    assert (not list(clusters_are_odd([*machines, *others]))) is odd


@pytest.mark.parametrize("rule", CHECKS)
def test_every_committed_stack_keeps_the_rule(stack: list[Resource], rule: str) -> None:
    assert {each.name: list(CHECKS[rule](each)) for each in stack if list(CHECKS[rule](each))} == {}


def test_the_rules_recognize_the_programs_machines(stack: list[Resource]) -> None:
    assert [each.cluster for each in stack if each.type == INSTANCE].count("etcd") == 3
    assert list(clusters_are_odd(stack)) == []


def test_what_has_tags_in_the_program_is_held_to_them(stack: list[Resource]) -> None:
    for each in stack:
        if "tags" in each.properties:
            assert not UNTAGGED.search(each.type), each.type


@pytest.mark.parametrize("stack", ["prod", "production", "eu-prod", "prod-2", "acme.prod"])
def test_production_is_known_by_the_stacks_name(stack: str) -> None:
    assert Resource("", "", {}, stack).in_production
    assert not Resource("", "", {}, stack.replace("prod", "product-")).in_production


@dataclass
class Policy:
    """Stands in for both kinds of policy of pulumi-policy, which has an environment of its own."""

    name: str
    description: str
    validate: Any


@pytest.fixture
def pack(monkeypatch: pytest.MonkeyPatch) -> dict[str, Policy]:
    made: dict[str, Any] = {}
    library = ModuleType("pulumi_policy")
    for name in ("ReportViolation", "ResourceValidationArgs", "StackValidationArgs"):
        setattr(library, name, object)
    library.EnforcementLevel = SimpleNamespace(MANDATORY="mandatory")  # type: ignore[attr-defined]
    library.ResourceValidationPolicy = library.StackValidationPolicy = Policy  # type: ignore[attr-defined]
    library.PolicyPack = made.update  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pulumi_policy", library)
    monkeypatch.delitem(sys.modules, "rules", raising=False)
    runpy.run_path(str(ROOT / "policy"), run_name="__main__")
    sys.modules.pop("rules")
    assert made["enforcement_level"] == "mandatory"
    return {each.name: each for each in made["policies"]}


def test_the_pack_applies_every_rule(pack: dict[str, Policy]) -> None:
    assert set(pack) == {*CHECKS, "odd-size"}
    for rule, kept, broken, told in CASES:
        for resource, wrong in ((kept, False), (broken, True)):
            said = list[str]()
            pack[rule].validate(as_arguments(resource), said.append)
            assert any(told in text for text in said) is wrong, (rule, said)


def test_the_pack_counts_the_members_of_the_stack(pack: dict[str, Policy]) -> None:
    said = list[str]()
    pair = [as_arguments(Resource(INSTANCE, f"etcd-instance-etcd-{number}", {}, "test")) for number in (1, 2)]
    pack["odd-size"].validate(SimpleNamespace(resources=pair), said.append)
    assert "cluster etcd has 2 members" in said[0]


def test_the_pack_runs_on_the_programs_pulumi() -> None:
    pin = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("pulumi=="))
    assert pin in (ROOT / "policy/requirements.txt").read_text().splitlines()


def as_arguments(resource: Resource) -> SimpleNamespace:
    return SimpleNamespace(
        resource_type=resource.type,
        name=resource.name,
        props=resource.properties,
        urn=f"urn:pulumi:{resource.stack}::etcd::{resource.type}::{resource.name}",
        opts=SimpleNamespace(protect=resource.protect),
    )
