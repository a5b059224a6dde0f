"""The order of members in an update: all at once at the first one, one after the other ever after.

    machine of etcd-1 -> start etcd-1 -> check peers of etcd-2 -> machine of etcd-2 -> start etcd-2 -> …

`start` of a member that has joined ends only when the member is healthy, so the next machine is touched after that.
The first start of a cluster needs all members started, and a chain would only make it slow: there the arrows between
members are left out.
"""

import pulumi

from components.etcd.bootstrap import Bootstrap


class RollingOrder:
    """The chain from member to member."""

    def __init__(self, bootstrap: Bootstrap) -> None:
        self._is_first_run = bootstrap.is_first_run
        self.started: list[pulumi.Resource] = []

    @property
    def previous(self) -> list[pulumi.Resource]:
        """The last step of the member before, if there is one."""
        return self.started[-1:]

    def machine_waits_for(self, peer_check: list[pulumi.Resource]) -> pulumi.Output[list[pulumi.Resource]]:
        """What the next member's machine depends on."""
        resources = [*self.previous, *peer_check]
        return self._is_first_run.apply(lambda first: [] if first else resources)

    def add(self, started: pulumi.Resource) -> None:
        """The next member's last step."""
        self.started.append(started)
