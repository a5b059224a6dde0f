"""Asks the others before a machine is stopped or replaced: never two voters down by our own hand."""

from collections.abc import Sequence

import pulumi

from components import remote
from components.aws.access import Access
from components.topology import Member, Topology


def ask_others(
    cluster: str,
    member: Member,
    topology: Topology,
    access: Access,
    machine_facts: str,
    *,
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource],
) -> list[pulumi.Resource]:
    """A command on the next member's machine that passes only when all but this member are healthy.

    It does nothing at birth. It runs when the facts change that make the provider stop or replace a machine, and the
    machine waits for it. It waits for the member before (`after`), or its answer would be old when it counts; but not
    for the neighbour's machine, or the chain from member to member would be a circle.
    """
    members = list(topology)
    others = [other for other in members if other != member]
    if not others:
        return []
    neighbour = members[(members.index(member) + 1) % len(members)]
    variables = {
        "spared": member.name,
        "other_endpoints": ",".join(other.client_url for other in others),
        "machine_facts": machine_facts,
    }
    script = remote.Script("spare", variables, on_change_only=True)
    host = access.host(neighbour.name, neighbour.address)
    return [remote.run(f"{cluster}-spare-{member.name}", host, script, parent=parent, depends_on=after)]
