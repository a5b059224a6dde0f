"""The table tells the truth about members that answer, that do not, and that have no leader."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sandbox.cli import status
from sandbox.cli.engine import Engine
from sandbox.cli.paths import RegionPaths, write_private
from sandbox.toolchain import Toolchain

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def member(number: int, expires: str = "2027-11-24T00:00:00Z") -> dict[str, Any]:
    address = f"192.168.0.{99 + number}"
    return {
        "name": f"etcd-{number}",
        "address": address,
        "zone": "us-east-1a",
        "clientUrl": f"https://{address}:2379",
        "certificateExpires": expires,
    }


def answer(number: int, **changes: Any) -> dict[str, Any]:
    """`etcdctl endpoint status -w json`, recorded from 3.5.11 and shortened."""
    state = {
        "header": {"member_id": 10276657743932975000 + number},
        "version": "3.5.11",
        "dbSize": 20480,
        "leader": 10276657743932975001,
        "raftIndex": 17,
        **changes,
    }
    return {"Endpoint": f"https://192.168.0.{99 + number}:2379", "Status": state}


def health(number: int, error: str = "") -> dict[str, Any]:
    said: dict[str, Any] = {"endpoint": f"https://192.168.0.{99 + number}:2379", "health": not error}
    return {**said, "error": error} if error else said


def rendered(rows: list[status.Row], width: int = 140) -> str:
    out = StringIO()
    Console(file=out, width=width).print(status.table(rows, width))
    return out.getvalue()


def test_one_leader_and_all_healthy() -> None:
    members, statuses, answers = [member(1), member(2)], [answer(1), answer(2)], [health(1), health(2)]

    rows = status.rows(members, statuses, answers, NOW)

    assert [row.is_leader for row in rows] == [True, False]
    assert all(row.is_healthy for row in rows)
    line = rendered(rows).splitlines()[2]
    assert line.split() == [
        "etcd-1",
        "192.168.0.100",
        "us-east-1a",
        "3.5.11",
        "leader",
        "17",
        "20.0",
        "KiB",
        "healthy",
        "365",
    ]


def test_table_loses_nothing_on_a_terminal_of_80_columns() -> None:
    rows = status.rows([member(1)], [answer(1, dbSize=2000 * 2**20, raftIndex=99999)], [health(1)], NOW)

    assert rendered(rows, width=80).split() == rendered(rows).split()


def test_member_that_does_not_answer_has_a_row_with_the_reason() -> None:
    rows = status.rows([member(1), member(2)], [answer(1)], [health(1), health(2, "context deadline exceeded")], NOW)

    assert not rows[1].is_healthy
    assert "context deadline exceeded" in rendered(rows)


def test_member_with_an_alarm_is_not_healthy() -> None:
    alarmed = answer(1, errors=["memberID:1 alarm:NOSPACE "])

    row = status.rows([member(1)], [alarmed], [health(1)], NOW)[0]

    assert not row.is_healthy
    assert "NOSPACE" in row.problem


def test_nobody_answers() -> None:
    rows = status.rows([member(1)], [], [], NOW)
    assert not rows[0].is_healthy
    assert "no answer" in rendered(rows)


# `etcdctl endpoint status -w json` and `endpoint health -w json` of the first member, which has no leader, recorded.
NO_LEADER = {
    "3.5.11": (
        '[{"Endpoint":"https://192.168.0.100:2379","Status":{"header":{"cluster_id":418621290968134550,'
        '"member_id":8768329917288840489,"revision":1,"raft_term":2},"version":"3.5.11","dbSize":20480,"raftIndex":14,'
        '"raftTerm":2,"raftAppliedIndex":14,"errors":["etcdserver: no leader"],"dbSizeInUse":16384}}]',
        '[{"endpoint":"https://192.168.0.101:2379","health":false,"took":"4.00s","error":"context deadline exceeded"},'
        '{"endpoint":"https://192.168.0.100:2379","health":false,"took":"4.00s","error":"context deadline exceeded"}]',
    ),
    "3.6.14": (
        '[{"Endpoint":"https://192.168.0.100:2379","Status":{"header":{"cluster_id":17853177268258450721,'
        '"member_id":11190002722803307727,"revision":1,"raft_term":2},"version":"3.6.14","dbSize":20480,"raftIndex":14,'
        '"raftTerm":2,"raftAppliedIndex":14,"errors":["etcdserver: no leader"],"dbSizeInUse":16384,'
        '"storageVersion":"3.6.0","dbSizeQuota":2147483648,"downgradeInfo":{}}}]',
        '[{"endpoint":"https://192.168.0.100:2379","health":false,"took":"4.00s","error":"context deadline exceeded"},'
        '{"endpoint":"https://192.168.0.101:2379","health":false,"took":"4.00s","error":"context deadline exceeded"}]',
    ),
}


@pytest.mark.parametrize("version", NO_LEADER)
def test_a_member_without_a_leader_says_so(version: str) -> None:
    statuses, answers = map(json.loads, NO_LEADER[version])

    first, second = status.rows([member(1), member(2)], statuses, answers, NOW)

    assert (first.is_leader, first.is_healthy, first.problem) == (False, False, "no leader")
    assert (first.version, first.raft_index) == (version, 14)
    assert (second.is_leader, second.is_healthy, second.problem) == (False, False, "context deadline exceeded")


def test_a_learner_is_not_mistaken_for_a_broken_member() -> None:
    learner = answer(1, isLearner=True)
    refusal = health(1, "etcdserver: rpc not supported for learner")

    row = status.rows([member(1)], [learner], [refusal], NOW)[0]

    assert (row.is_healthy, row.problem) == (False, "learner, no vote yet")


def test_an_alarm_that_two_members_raised_is_named_once() -> None:
    alarmed = answer(1, errors=["memberID:1 alarm:NOSPACE ", "memberID:2 alarm:NOSPACE "])
    row = status.rows([member(1)], [alarmed], [health(1, "Active Alarm(s): NOSPACE NOSPACE ")], NOW)[0]
    assert row.problem == "alarm NOSPACE"


def test_a_member_that_answers_one_question_of_two() -> None:
    silent, unknown = status.rows([member(1), member(2)], [answer(1)], [health(2)], NOW)
    assert (silent.is_leader, silent.is_healthy, silent.problem) == (True, False, "no answer")
    assert (unknown.is_leader, unknown.is_healthy, unknown.version) == (False, True, "")


class Printing:
    """A region whose etcdctl prints something."""

    def __init__(self, text: str) -> None:
        self.text = text

    def enter(self, argv: list[str]) -> list[str]:
        del argv
        return ["printf", "%s", self.text]


@pytest.mark.parametrize("printed", ["null", "[]", ""])
def test_nobody_answers_etcdctl_of_any_version(tmp_path: Path, printed: str) -> None:
    """3.6 prints `null`, 3.5 an empty list, and neither anything when it cannot start."""
    paths = RegionPaths(tmp_path, "local")
    toolchain = Toolchain(tmp_path, tmp_path, tmp_path, {}, tmp_path, ())
    engine = Engine(paths, toolchain, Printing(printed), "sandbox", Console(file=StringIO()))
    write_private(paths.access / "members.json", json.dumps([member(1)]))
    assert [row.problem for row in status.collect(engine)] == ["no answer"]


def test_days_of_the_certificate_count_down_to_negative() -> None:
    soon, gone = member(1, "2026-12-03T12:00:00Z"), member(2, "2026-11-20T00:00:00Z")
    assert [row.certificate_days for row in status.rows([soon, gone], [], [], NOW)] == [9, -4]


@pytest.mark.parametrize(
    ("count", "text"), [(512, "512 B"), (20480, "20.0 KiB"), (3 * 2**20, "3.0 MiB"), (2**31, "2.0 GiB")]
)
def test_sizes_read_well(count: int, text: str) -> None:
    assert status.size(count) == text
