"""A cluster in a region: its members, and what etcd answers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.framework.member import SENTINEL, Member
from tests.framework.sandbox import CHECKOUT, Sandbox

ADDRESSES = ("192.168.0.100", "192.168.0.101", "192.168.0.102")
MEMBERS = ("etcd-1", "etcd-2", "etcd-3")
STATE = CHECKOUT / ".sandbox"


@dataclass(frozen=True)
class Cluster(Sandbox):
    """A region that holds, or will hold, a cluster with members at these addresses."""

    addresses: tuple[str, ...] = ADDRESSES

    @classmethod
    def in_region(cls, name: str, state: Path = STATE) -> "Cluster":
        return cls(state, name)

    @property
    def members(self) -> list[Member]:
        return [Member(self, f"etcd-{number}", address) for number, address in enumerate(self.addresses, start=1)]

    @property
    def endpoints(self) -> list[str]:
        return [member.endpoint for member in self.members]

    def __getitem__(self, name: str) -> Member:
        return next(member for member in self.members if member.name == name)

    def others(self, *names: str) -> list[Member]:
        """All members but these."""
        return [member for member in self.members if member.name not in names]

    def statuses(self) -> dict[str, dict[str, Any]]:
        """`endpoint status` by the member's name."""
        names = {member.endpoint: member.name for member in self.members}
        return {names[each["Endpoint"]]: each["Status"] for each in self.etcdctl("endpoint", "status", "--cluster")}

    def healthy(self) -> bool:
        answer = self.run("etcdctl", "endpoint", "health", "--cluster", "--write-out=json", check=False)
        return answer.returncode == 0 and len(json.loads(answer.stdout)) == len(self.addresses)

    def serves(self, members: Sequence[Member]) -> bool:
        """Whether each of these is healthy, whatever the others are."""
        endpoints = ",".join(member.endpoint for member in members)
        return self.run("etcdctl", "endpoint", "health", f"--endpoints={endpoints}", check=False).returncode == 0

    def leader(self) -> Member:
        for name, status in self.statuses().items():
            if status["leader"] == status["header"]["member_id"]:
                return self[name]
        raise AssertionError("no leader")

    def write_sentinel(self) -> None:
        """The key that a cluster which forgot its data would not have."""
        self.run("etcdctl", "put", SENTINEL, "first up")

    def has_sentinel(self) -> bool:
        return bool(self.etcdctl("get", SENTINEL).get("count") == 1)

    def pids(self) -> dict[str, str]:
        """The process of each member's etcd: another one after a restart."""
        return {member.name: member.pid() for member in self.members}

    def running(self) -> dict[str, tuple[str, str]]:
        """The boot of each machine and the process of each etcd."""
        return {member.name: (member.boot(), member.pid()) for member in self.members}
