"""Output of etcdctl with --write-out=fields, recorded from each version with one member, for any number of members."""

from pathlib import Path

RECORDED = Path(__file__).with_name("recorded")
# As large as real IDs: larger than the numbers of bash, and exact in no float.
IDS = [10276657743932975437 + number for number in range(7)]


def read(version: str, name: str) -> str:
    """One output, as it was recorded."""
    return (RECORDED / version / name).read_text()


def endpoint_statuses(version: str, size: int, leader: int) -> list[str]:
    """`endpoint status` of each member; the one with this number leads."""
    status = read(version, "endpoint-status")
    recorded = status.partition('"MemberID" : ')[2].partition("\n")[0]
    led = status.replace(f'"Leader" : {recorded}', f'"Leader" : {IDS[leader - 1]}')
    return [led.replace(recorded, str(own)) for own in IDS[:size]]


def member_list(version: str, started: int, unstarted: int) -> str:
    """`member list`: the recorded one has a member that has started and one that has not."""
    head, *members = read(version, "member-list").split('"ID" : ')
    blocks = [f'"ID" : {member}' for member in members]
    return head + blocks[0] * started + blocks[1] * unstarted


def alarm_list(version: str, *, raised: bool) -> str:
    return read(version, "alarm-list" if raised else "alarm-list-none")
