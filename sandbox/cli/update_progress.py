"""Pulumi's event stream as lines that a person can read: one per finished resource, with its time, and whole errors.

The raw stream is never stored: with `--json` the engine includes all debug messages, whatever a provider puts there.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.text import Text

# Engine operation: sign, word, colour. Operations that are not here change nothing worth a line.
OPERATIONS = {
    "create": ("+", "created", "green"),
    "create-replacement": ("±", "replaced", "magenta"),
    "delete": ("-", "deleted", "red"),
    "delete-replaced": ("-", "deleted", "magenta"),
    "import": ("=", "imported", "cyan"),
    "update": ("~", "updated", "yellow"),
}
SUMMARY = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced", "same": "unchanged"}
SEVERITIES = {"warning": "yellow", "info": "dim", "info#err": "dim"}


@dataclass
class UpdateProgress:
    """Eats events in order. `errors` holds what went wrong, each with the resource it belongs to."""

    console: Console
    status: Status | None = None
    errors: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _begun: dict[str, float] = field(default_factory=dict)
    _start: float = field(default_factory=time.monotonic)

    def follow(self, events: Iterable[dict[str, Any]]) -> None:
        for event in events:
            if "resourcePreEvent" in event:
                self._begin(event["resourcePreEvent"]["metadata"])
            elif "resOutputsEvent" in event:
                self._finish(event["resOutputsEvent"]["metadata"])
            elif "resOpFailedEvent" in event:
                self._fail(event["resOpFailedEvent"]["metadata"])
            elif "diagnosticEvent" in event:
                self._tell(event["diagnosticEvent"])
            elif "summaryEvent" in event:
                self.counts = event["summaryEvent"].get("resourceChanges", {})

    def _begin(self, metadata: dict[str, Any]) -> None:
        if _counts(metadata):
            self._begun[metadata["urn"]] = time.monotonic()
            self._show_running()

    def _finish(self, metadata: dict[str, Any]) -> None:
        if not _counts(metadata):
            return
        sign, word, colour = OPERATIONS[metadata["op"]]
        self._line(metadata["urn"], sign, word, colour)

    def _fail(self, metadata: dict[str, Any]) -> None:
        self._line(metadata["urn"], "!", "failed", "bold red")

    def _line(self, urn: str, sign: str, word: str, colour: str) -> None:
        now = time.monotonic()
        took = now - self._begun.pop(urn, now)
        self.console.print(
            Text.assemble(
                (f"{now - self._start:6.1f}s ", "dim"),
                (f"{sign} {word:<9}", colour),
                f"{kind(urn):<26} {name(urn):<34}",
                (f"{took:5.1f}s", "dim"),
            ),
            soft_wrap=True,
        )
        self._show_running()

    def _tell(self, diagnostic: dict[str, Any]) -> None:
        severity, message = diagnostic["severity"], diagnostic["message"].strip()
        if not message or severity == "debug" or diagnostic.get("ephemeral"):
            return
        where = f"{name(diagnostic['urn'])}: " if diagnostic.get("urn") else ""
        if severity == "error":
            self.errors.append(f"{where}{message}")
        else:
            self.console.print(Text(f"        {where}{message}", SEVERITIES.get(severity, "")), soft_wrap=True)

    def _show_running(self) -> None:
        if self.status is not None:
            running = ", ".join(name(urn) for urn in list(self._begun)[:4])
            more = f" and {len(self._begun) - 4} more" if len(self._begun) > 4 else ""
            self.status.update(f"{running}{more}" if running else "…")

    def summary(self) -> str:
        parts = [f"{count} {SUMMARY[op]}" for op, count in self.counts.items() if op in SUMMARY]
        return f"{', '.join(parts) or 'nothing changed'} in {time.monotonic() - self._start:.0f} s"


def kind(urn: str) -> str:
    """`urn:pulumi:sandbox::etcd::parent$aws:ec2/instance:Instance::etcd-1` is an `Instance`."""
    return urn.split("::")[2].rpartition(":")[2]


def name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _counts(metadata: dict[str, Any]) -> bool:
    """Components and the stack itself are bookkeeping."""
    resource = metadata.get("new") or metadata.get("old") or {}
    return metadata["op"] in OPERATIONS and bool(resource.get("custom"))
