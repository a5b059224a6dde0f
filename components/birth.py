"""What was true when the cluster was born, kept in state: later runs of the program know by it that they are later."""

import secrets
from collections.abc import Sequence

import pulumi


class Birth:
    """A record that keeps the first value ever given to it.

    Attributes:
        token: etcd's cluster token, unique per birth: members of an earlier or another cluster never mix with these.
    """

    token: pulumi.Output[str]

    def __init__(self, name: str, parent: pulumi.Resource) -> None:
        self._this_run = secrets.token_hex(8)
        stash = pulumi.Stash(
            f"{name}-birth",
            input={"run": self._this_run, "token": f"{name}-{secrets.token_hex(8)}"},
            opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["input"]),
        )
        self._record = stash.output
        self.token = stash.output.apply(lambda record: str(record["token"]))

    def in_later_runs(self, resources: Sequence[pulumi.Resource]) -> pulumi.Output[list[pulumi.Resource]]:
        """These resources in every run but the first.

        A chain from member to member keeps quorum when something changes; at birth it would only be slow, and etcd's
        first start needs all members started.
        """
        return self._record.apply(lambda record: [] if record["run"] == self._this_run else list(resources))
