"""Security group rules as EC2 describes them."""

from __future__ import annotations

from moto.ec2.models.security_groups import SecurityGroupRule


def _description(rule: SecurityGroupRule) -> str | None:
    """moto tells the description of a rule by address range, and forgets that of a rule by group."""
    return rule.ip_range.get("Description") or rule.source_group.get("Description")


def install() -> None:
    SecurityGroupRule.description = property(_description)  # type: ignore[assignment,method-assign]
