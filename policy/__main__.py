"""The policy pack: hands each resource to the rules. `pulumi up --policy-pack policy` runs it.

The engine runs this folder by itself, so `rules` is imported without the repository around it.
"""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from rules import RULES, Resource, Rule, clusters_are_odd


def stack_of(urn: str) -> str:
    """`prod` for `urn:pulumi:prod::etcd::…`."""
    return urn.split(":", 3)[2]


def validation(rule: Rule) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        resource = Resource(args.resource_type, args.name, args.props, stack_of(args.urn), bool(args.opts.protect))
        for violation in rule.check(resource):
            report_violation(f"{args.name}: {violation}")

    return ResourceValidationPolicy(rule.name, rule.description, validate)


def validate_sizes(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    resources = (Resource(each.resource_type, each.name, {}, stack_of(each.urn)) for each in args.resources)
    for violation in clusters_are_odd(resources):
        report_violation(violation)


PolicyPack(
    name="etcd-aws",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        *(validation(rule) for rule in RULES),
        StackValidationPolicy("odd-size", "A cluster has an odd number of members.", validate_sizes),
    ],
)
