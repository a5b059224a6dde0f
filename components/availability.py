"""The availability summary: what the zones of the members buy and what they cost.

Pure. The figures and their sources are in docs/multi-az.md.
"""

from components.topology import Topology, quorum, tolerated_failures

# One direction out plus the other in, at $0.01 each; 1,000 writes of 0.5 KB per second are 1,315 GB in a month.
USD_PER_GB_BETWEEN_ZONES = 0.02
GB_PER_MONTH_AND_FOLLOWER = 1_315

RAFT = "Raft has no split brain, in one zone or in many: the side without a majority stops."
ACTIVE_ACTIVE = (
    "Staying up through the loss of a zone takes more than etcd: clients, registry, gateways, databases too."
)


def summary(topology: Topology) -> str:
    """A few lines for the operator."""
    several = len(topology.zones) > 1
    return "\n".join([_places(topology), _failures(topology), _price(topology), _several() if several else _one()])


def monthly_transfer_usd(topology: Topology) -> int:
    """Transfer between zones at 1,000 writes of 0.5 KB a second, with the leader where it costs most."""
    followers_elsewhere = max(len(topology) - topology.members_in(zone) for zone in topology.zones)
    return round(followers_elsewhere * GB_PER_MONTH_AND_FOLLOWER * USD_PER_GB_BETWEEN_ZONES)


def _places(topology: Topology) -> str:
    each = ", ".join(f"{topology.members_in(zone)} in {zone}" for zone in topology.zones)
    return f"Zones: {len(topology)} member{'s' if len(topology) > 1 else ''}, {each}."


def _failures(topology: Topology) -> str:
    size, lost = len(topology), tolerated_failures(len(topology))
    machines = f"any {lost} of {size} machines" if lost else "no machine"
    survived = [zone for zone in topology.zones if topology.survives_loss_of(zone)]
    fatal = [zone for zone in topology.zones if zone not in survived]
    text = f"Survives the loss of {machines}"
    if survived:
        text += " and of any one zone" if not fatal else f" and of {' or '.join(survived)}"
    if fatal:
        text += (
            f". The loss of {' or '.join(fatal)} stops it, until that zone is back or a backup is restored in another: "
            f"fewer than {quorum(size)} members are left. Such losses last hours and are rare"
        )
    return f"{text}."


def _price(topology: Topology) -> str:
    crosses = all(topology.members_in(zone) < quorum(len(topology)) for zone in topology.zones)
    if len(topology) == 1:
        latency = "A write waits for one disk: 1 to 2 ms on gp3"
    elif crosses:
        latency = "A write waits for disks and a round trip between zones: 0.1 to 3.4 ms more than one zone's 1 to 2 ms"
    else:
        latency = "A write waits for disks and a round trip inside the zone: 1 to 2 ms on gp3"
    cost = monthly_transfer_usd(topology)
    transfer = f"about ${cost} a month" if cost else "nothing between members"
    return f"{latency}. Transfer at 1,000 writes/s of 0.5 KB: {transfer}; clients in other zones pay theirs."


def _one() -> str:
    return (
        f"For one zone: {RAFT} {ACTIVE_ACTIVE} Against: zones do fail, and several keep etcd up when one does; "
        "that is availability, not protection from split brain. docs/multi-az.md weighs both."
    )


def _several() -> str:
    return (
        f"For several zones: etcd stays up when one fails. Against: they are no protection from split brain. {RAFT} "
        f"{ACTIVE_ACTIVE} docs/multi-az.md weighs both."
    )
