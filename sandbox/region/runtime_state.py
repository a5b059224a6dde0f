"""The processes of a running region, noted in its folder so that commands find it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.region.processes import Process, boot_id

FILE = "region.json"


@dataclass(frozen=True)
class RuntimeState:
    """The processes of a region, and the boot of the host that they belong to."""

    boot: str
    supervisor: Process
    namespace: Process
    """Lives in the region's network and mount namespace, and takes the whole region with it when it dies."""

    @classmethod
    def write(cls, folder: Path, *, supervisor: Process, namespace: Process) -> None:
        """Leave it in the region's folder, whole or not at all."""
        draft = folder / f"{FILE}.new"
        draft.write_text(json.dumps(asdict(cls(boot_id(), supervisor, namespace))))
        draft.rename(folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> RuntimeState | None:
        """The note in a region's folder, None when there is none."""
        try:
            content = json.loads((folder / FILE).read_text())
        except FileNotFoundError:
            return None
        return cls(content["boot"], Process(**content["supervisor"]), Process(**content["namespace"]))

    def of_this_boot(self) -> bool:
        """Whether the host has not been rebooted since."""
        return self.boot == boot_id()
