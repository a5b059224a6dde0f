"""A script that ended: its status, what it printed, and which programs it called."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ran:
    """A script that ended."""

    status: int
    out: str
    err: str
    calls: list[str] = field(repr=False)

    @property
    def report(self) -> str:
        """The last line of a script that passed."""
        assert self.status == 0, self.err
        return self.out.splitlines()[-1]

    @property
    def refusal(self) -> str:
        """What a script that failed said."""
        assert self.status != 0, self.out
        return self.err

    def called(self, start: str) -> list[str]:
        """The calls that begin with this."""
        return [call for call in self.calls if call.startswith(start)]

    @property
    def acts(self) -> list[str]:
        """What was asked of etcd, and done to it, without the options of etcdctl."""
        verbs = ("systemctl start", "systemctl restart", "systemctl stop", "etcdctl")
        return [_without_options(call) for call in self.calls if call.startswith(verbs)]


def _without_options(call: str) -> str:
    return " ".join(word for word in call.split() if not word.startswith("--") or word == "--no-block")
