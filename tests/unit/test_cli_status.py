"""The table tells the truth about members that answer, that do not, and that lie about their health."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from sandbox.cli import status

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


def test_days_of_the_certificate_count_down_to_negative() -> None:
    soon, gone = member(1, "2026-12-03T12:00:00Z"), member(2, "2026-11-20T00:00:00Z")
    assert [row.certificate_days for row in status.rows([soon, gone], [], [], NOW)] == [9, -4]


@pytest.mark.parametrize(
    ("count", "text"), [(512, "512 B"), (20480, "20.0 KiB"), (3 * 2**20, "3.0 MiB"), (2**31, "2.0 GiB")]
)
def test_sizes_read_well(count: int, text: str) -> None:
    assert status.size(count) == text
