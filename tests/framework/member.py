"""One member of a cluster: its machine, its etcd, and what the state knows of it."""

from dataclasses import dataclass
from typing import Any

from tests.framework.sandbox import Sandbox

CONFIGURATION = "/etc/etcd/etcd.conf"
DATA = "/var/lib/etcd/default.etcd"
SENTINEL = "sentinel"


@dataclass(frozen=True)
class Member:
    """One member, by its name and its address in the region."""

    sandbox: Sandbox
    name: str
    address: str

    @property
    def endpoint(self) -> str:
        return f"https://{self.address}:2379"

    def ssh(self, command: str, *, check: bool = True, stdin: str | None = None, merge: bool = False) -> str:
        """What a shell command prints on its machine."""
        return self.sandbox.ssh(self.name, command, check=check, stdin=stdin, merge=merge)

    def show(self, property_name: str) -> str:
        """A property of etcd's unit, such as `MainPID`; empty while the machine does not answer."""
        return self.ssh(f"systemctl show --property={property_name} --value etcd", check=False).strip()

    def pid(self) -> str:
        """The process of its etcd: another one after a restart."""
        return self.show("MainPID")

    def boot(self) -> str:
        """Another text after each boot of its machine; empty while the machine does not answer."""
        return self.ssh("systemctl show --property=UserspaceTimestampMonotonic --value", check=False)

    def ready_seconds(self) -> float:
        """When its etcd became ready, on the clock that all machines of a region share."""
        return int(self.show("ActiveEnterTimestampMonotonic")) / 1e6

    def journal(self, *options: str) -> str:
        return self.ssh(f"sudo journalctl --unit etcd --no-pager --output cat {' '.join(options)}")

    def configuration(self) -> str:
        return self.ssh(f"sudo cat {CONFIGURATION}")

    def status(self) -> dict[str, Any]:
        """Its own answer to `endpoint status`."""
        (answer,) = self.sandbox.etcdctl("endpoint", "status", f"--endpoints={self.endpoint}")
        status: dict[str, Any] = answer["Status"]
        return status

    def etcd_id(self) -> int:
        members = self.sandbox.etcdctl("member", "list")["members"]
        return next(int(each["ID"]) for each in members if each["name"] == self.name)

    def revision(self) -> int:
        """Its revision, read together with the sentinel key that was written after the first `up`."""
        answer = self.sandbox.etcdctl("get", SENTINEL, f"--endpoints={self.endpoint}")
        assert answer.get("count") == 1, f"{self.name} does not have the sentinel key"
        return int(answer["header"]["revision"])

    def resource(self, kind: str) -> dict[str, Any]:
        """One of its resources in the state, such as `instance` or `volume`."""
        return self.sandbox.resource(f"etcd-{kind}-{self.name}")

    def instance_id(self) -> str:
        return str(self.resource("instance")["id"])

    def volume_id(self) -> str:
        return str(self.resource("volume")["id"])
