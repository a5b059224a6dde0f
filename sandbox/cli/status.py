"""The status table: the members of the stack's outputs, each with what `etcdctl endpoint status` and `health` report.

etcdctl leaves out fields that are zero or false, `leader` among them, and members that do not answer.
"""

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from sandbox.cli import access
from sandbox.cli.engine import Engine

# A dead member must not hold up the table.
TIMEOUTS = ["--command-timeout=4s", "--dial-timeout=2s"]
WARN_CERTIFICATE_DAYS = 30
COMFORTABLE_WIDTH = 84


@dataclass(frozen=True)
class Row:
    name: str
    address: str
    zone: str
    version: str
    is_leader: bool
    raft_index: int | None
    database_bytes: int | None
    is_healthy: bool
    problem: str
    certificate_days: int


def collect(engine: Engine) -> list[Row]:
    """One row per member, also for those that do not answer."""
    members = access.members(engine.paths)
    if not members:
        return []
    with ThreadPoolExecutor() as pool:
        statuses, health = pool.map(lambda verb: _etcdctl(engine, verb), ["status", "health"])
    return rows(members, statuses, health, datetime.now(UTC))


def _etcdctl(engine: Engine, verb: str) -> list[dict[str, Any]]:
    """etcdctl exits non-zero when a member is down, yet prints the answers of the others."""
    command = engine.region.enter([str(engine.toolchain.bin / "etcdctl"), "endpoint", verb, "-w", "json", *TIMEOUTS])
    done = subprocess.run(
        command, env=engine.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    try:
        answers: list[dict[str, Any]] | None = json.loads(done.stdout)
    except json.JSONDecodeError:
        return []
    return answers or []  # etcdctl 3.6 prints `null` where none answered


def rows(
    members: list[dict[str, Any]], statuses: list[dict[str, Any]], health: list[dict[str, Any]], now: datetime
) -> list[Row]:
    by_url = {answer["Endpoint"]: answer["Status"] for answer in statuses}
    health_by_url = {answer["endpoint"]: answer for answer in health}
    result = []
    for member in members:
        url = member["clientUrl"]
        status, answer = by_url.get(url, {}), health_by_url.get(url, {})
        expires = datetime.fromisoformat(member["certificateExpires"])
        result.append(
            Row(
                name=member["name"],
                address=member["address"],
                zone=member["zone"],
                version=status.get("version", ""),
                is_leader="leader" in status and status["leader"] == status["header"]["member_id"],
                raft_index=status.get("raftIndex"),
                database_bytes=status.get("dbSize"),
                is_healthy=bool(answer.get("health")) and not status.get("errors"),
                problem=problem(status, answer),
                certificate_days=(expires - now).days,
            )
        )
    return result


def problem(status: dict[str, Any], health: dict[str, Any]) -> str:
    """What is wrong with a member that is not healthy. `health` often reports no more than a time limit."""
    if errors := status.get("errors"):
        return ", ".join(dict.fromkeys(_in_words(error) for error in errors))
    if status.get("isLearner"):
        return "learner, no vote yet"
    return health.get("error") or "no answer"


def _in_words(error: str) -> str:
    """`etcdserver: no leader` and `memberID:1 alarm:NOSPACE ` without what a reader does not need."""
    alarm = re.search(r"alarm:(\w+)", error)
    return f"alarm {alarm[1]}" if alarm else error.removeprefix("etcdserver: ").strip()


def table(members: list[Row], width: int) -> Table:
    """Fits into 80 columns: a table that drops its last columns would hide the health."""
    grid = Table(
        box=None, pad_edge=False, header_style="bold", padding=(0, 2 if width > COMFORTABLE_WIDTH else 1, 0, 0)
    )
    for column in ("\nMEMBER", "\nADDRESS", "\nZONE", "\nVERSION", "\nLEADER"):
        grid.add_column(column, no_wrap=True)
    for column in ("RAFT\nINDEX", "\nDB SIZE"):
        grid.add_column(column, justify="right", no_wrap=True)
    grid.add_column("\nHEALTH", overflow="fold")
    grid.add_column("CERT\nDAYS", justify="right", no_wrap=True)
    for row in members:
        grid.add_row(
            Text(row.name, "bold"),
            row.address,
            row.zone,
            row.version or "-",
            Text("leader", "cyan") if row.is_leader else "",
            "-" if row.raft_index is None else str(row.raft_index),
            "-" if row.database_bytes is None else size(row.database_bytes),
            Text("healthy", "green") if row.is_healthy else Text(row.problem, "bold red"),
            Text(str(row.certificate_days), _certificate_style(row.certificate_days)),
        )
    return grid


def _certificate_style(days: int) -> str:
    if days < 0:
        return "bold red"
    return "yellow" if days < WARN_CERTIFICATE_DAYS else "green"


def size(count: int) -> str:
    """Bytes in the unit that `du -h` and etcdctl's table would pick."""
    for unit, scale in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"
