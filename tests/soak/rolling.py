"""Rolling changes under a load that saturates: by `pulumi up`, and the same by hand in turn.

A round brings up a cluster, changes a setting and upgrades etcd to a newer patch release, both in both ways. No
acknowledged write is lost, each member restarts once for each change, and the longest pause of a client is at most
half as long again as by hand (median of the rounds).
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.framework.cluster import Cluster
from tests.framework.writer import writing
from tests.soak import by_hand, rounds

PART = "rolling"
CLIENTS = 4
RATIO = 1.5
QUOTAS_MIB = (3072, 4096)
BEFORE, AFTER = "3.5.11", "3.5.33"
WAYS = ("pulumi", "hand")


def run(count: int) -> int:
    commit = rounds.current_commit()
    measured = rounds.measure(PART, commit, count, one_round)
    summary = {"part": PART, "commit": commit, "rounds": len(measured), **summarise(measured)}
    print(json.dumps(summary))
    if len(measured) < count:
        return 75  # to be started again (sysexits.h, EX_TEMPFAIL)
    rounds.forget(PART, commit)
    return int(not summary["ok"])


def one_round() -> rounds.Round:
    cluster = Cluster.in_region("soak-rolling")
    cluster.make("down")
    cluster.make("up")
    first, second = QUOTAS_MIB
    try:
        setting = {
            "pulumi": under_load(cluster, lambda: cluster.up("--config", f"etcd:quotaMib={first}")),
            "hand": under_load(cluster, lambda: by_hand.change_quota(cluster, second)),
        }
        cluster.pulumi("config", "set", "etcd:etcdVersion", AFTER)
        upgrade = {"pulumi": under_load(cluster, lambda: cluster.make("up"))}
        by_hand.change_release(cluster, BEFORE)
        upgrade["hand"] = under_load(cluster, lambda: by_hand.change_release(cluster, AFTER))
        assert {status["version"] for status in cluster.statuses().values()} == {AFTER}
        return {"setting": setting, "upgrade": upgrade}
    finally:
        cluster.make("down")


def under_load(cluster: Cluster, change: Callable[[], object]) -> dict[str, Any]:
    before = {member.name: by_hand.starts(member) for member in cluster.members}
    with writing(cluster, clients=CLIENTS, pause_seconds=0) as writer:
        start = time.monotonic()
        change()
        seconds = time.monotonic() - start
    report = writer.report
    return {
        "seconds": round(seconds, 1),
        "acknowledged": report.acknowledged,
        "lost": report.missing,
        "failed": report.failed,
        "longest_gap_seconds": report.longest_gap_seconds,
        "restarts": {member.name: by_hand.starts(member) - before[member.name] for member in cluster.members},
    }


def summarise(measured: list[rounds.Round]) -> dict[str, Any]:
    """The medians of both changes, and whether all that is demanded holds."""
    summary: dict[str, Any] = {"load_before": [each["load_before"] for each in measured]}
    for change in ("setting", "upgrade"):
        gaps = {way: [each[change][way]["longest_gap_seconds"] for each in measured] for way in WAYS}
        medians = {way: statistics.median(gaps[way]) for way in WAYS}
        summary[change] = {
            "longest_gap_seconds": gaps,
            "gap_ratio": round(medians["pulumi"] / medians["hand"], 2),
            "seconds": {way: [each[change][way]["seconds"] for each in measured] for way in WAYS},
            "acknowledged": {way: sum(each[change][way]["acknowledged"] for each in measured) for way in WAYS},
            "lost": {way: sum(each[change][way]["lost"] for each in measured) for way in WAYS},
            "restarts": [sorted(each[change]["pulumi"]["restarts"].values()) for each in measured],
        }
    changes = [summary["setting"], summary["upgrade"]]
    summary["ok"] = all(
        change["lost"]["pulumi"] == 0
        and change["gap_ratio"] <= RATIO
        and all(count == 1 for counts in change["restarts"] for count in counts)
        for change in changes
    )
    return summary
