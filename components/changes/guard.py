"""The check of a member's peers before its machine is stopped or replaced: never two voters down by our own hand."""

from collections.abc import Sequence

import pulumi

from components.aws.ssh_access import SshAccess
from components.remote import commands
from components.topology import Member, Topology


def require_healthy_peers(
    cluster: str,
    member: Member,
    topology: Topology,
    access: SshAccess,
    disruptive_inputs: str,
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource],
) -> list[pulumi.Resource]:
    """A command on another member's machine that passes only when all but this member are healthy.

    Nothing runs at the first update. Later it runs when the inputs change that make the provider stop or replace the
    machine, and the machine depends on it. It depends on the previous member's last step, so that the answer is fresh.
    It must not depend on the neighbour's instance: that would be a dependency cycle.

    Returns:
        The command in a list; an empty one where the member has no peers.
    """
    members = list(topology)
    peers = [peer for peer in members if peer != member]
    if not peers:
        return []
    neighbour = members[(members.index(member) + 1) % len(members)]
    script = commands.Script(
        "check-peers",
        {"subject": member.name, "peer_endpoints": ",".join(peer.client_url for peer in peers)},
        rerun_on={"disruptive_inputs": disruptive_inputs},
    )
    host = access.host(neighbour.name, neighbour.address)
    name = f"{cluster}-check-peers-{member.name}"
    return [commands.run_on_change(name, host, script, parent=parent, depends_on=depends_on)]
