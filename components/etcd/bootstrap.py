"""A record in state, written at the first `up`: the cluster token, and which run was the first."""

import secrets

import pulumi


class Bootstrap:
    """A record that keeps the first value ever given to it.

    Attributes:
        token: etcd's cluster token, unique per bootstrap: members of another cluster never mix with these.
        is_first_run: whether this run of the program is the one that creates the cluster.
    """

    token: pulumi.Output[str]
    is_first_run: pulumi.Output[bool]

    def __init__(self, name: str, parent: pulumi.Resource) -> None:
        this_run = secrets.token_hex(8)
        stash = pulumi.Stash(
            f"{name}-first-run",
            input={"run": this_run, "token": f"{name}-{secrets.token_hex(8)}"},
            opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["input"]),
        )
        self.token = stash.output.apply(lambda record: str(record["token"]))
        self.is_first_run = stash.output.apply(lambda record: bool(record["run"] == this_run))
