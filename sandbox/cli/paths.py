"""Where one region keeps its files. Nothing else reads SANDBOX_STATE and SANDBOX_REGION."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = "etcd"
DEFAULT_STACK = "sandbox"
API = "sandbox.ec2.server:serve"  # what answers the EC2 API in a region
API_URL = "http://127.0.0.1:4566"


class CliError(Exception):
    """A reason to stop that the user can act on; printed without a traceback."""


@dataclass(frozen=True)
class RegionPaths:
    """The folder of one region. Several regions of one checkout share nothing."""

    state: Path
    region: str

    @classmethod
    def from_environment(cls) -> "RegionPaths":
        state = Path(os.environ.get("SANDBOX_STATE") or CHECKOUT / ".sandbox").absolute()
        region = os.environ.get("SANDBOX_REGION") or "local"
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", region):
            raise CliError(
                f"SANDBOX_REGION={region!r}: a region's name has at most 20 lower-case letters, digits and dashes"
            )
        return cls(state, region)

    @property
    def folder(self) -> Path:
        return self.state / self.region

    @property
    def stack(self) -> str:
        """The stack that the region was last brought up with."""
        note = self.folder / "stack"
        return note.read_text(encoding="utf-8").strip() if note.exists() else DEFAULT_STACK

    def remember(self, stack: str) -> None:
        write_private(self.folder / "stack", f"{stack}\n")

    @property
    def backend(self) -> Path:
        return self.folder / "backend"

    @property
    def pulumi_home(self) -> Path:
        return self.folder / "pulumi"

    @property
    def access(self) -> Path:
        return self.folder / "access"

    @property
    def commands(self) -> Path:
        """Goes first on PATH inside the region: an `ssh` with the members in its configuration."""
        return self.folder / "bin"

    def stack_file(self, stack: str) -> Path:
        return self.folder / f"Pulumi.{stack}.yaml"

    def checkpoint(self, stack: str) -> Path:
        """Pulumi's file backend keeps a stack's state here."""
        return self.backend / ".pulumi" / "stacks" / PROJECT / f"{stack}.json"

    def stacks(self) -> set[str]:
        """The stacks in the backend."""
        return {checkpoint.stem for checkpoint in self.checkpoint("any").parent.glob("*.json")}

    def locks(self, stack: str) -> Path:
        """Pulumi's file backend keeps a stack's locks here (pkg/v3/backend/diy/lock.go)."""
        return self.backend / ".pulumi" / "locks" / "organization" / PROJECT / stack


def write_private(path: Path, content: str, mode: int = 0o600) -> None:
    """Replaces a file as a whole; nobody else can read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(content)
    fresh.replace(path)
