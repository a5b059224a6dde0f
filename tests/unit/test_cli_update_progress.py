"""What a person sees of an update: every change, whole errors, and never the engine's debug messages."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from sandbox.cli.update_progress import UpdateProgress

pytestmark = pytest.mark.unit

INSTANCE = "urn:pulumi:sandbox::etcd::etcd-aws:index:EtcdCluster$aws:ec2/instance:Instance::etcd-1"
CLUSTER = "urn:pulumi:sandbox::etcd::etcd-aws:index:EtcdCluster::etcd"


def event(kind: str, urn: str, op: str, custom: bool = True) -> dict[str, Any]:
    return {kind: {"metadata": {"op": op, "urn": urn, "new": {"urn": urn, "custom": custom}}}}


def diagnostic(severity: str, message: str, **more: Any) -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message, **more}}


def shown(*events: dict[str, Any]) -> tuple[str, UpdateProgress]:
    out = StringIO()
    progress = UpdateProgress(Console(file=out, width=120))
    progress.follow(events)
    return out.getvalue(), progress


def test_finished_change_is_one_line_and_components_and_unchanged_resources_are_none() -> None:
    text, _ = shown(
        event("resourcePreEvent", CLUSTER, "create", custom=False),
        event("resourcePreEvent", INSTANCE, "create"),
        event("resOutputsEvent", INSTANCE, "create"),
        event("resOutputsEvent", CLUSTER, "create", custom=False),
        event("resOutputsEvent", INSTANCE, "same"),
    )
    assert len(text.splitlines()) == 1
    assert "+ created" in text
    assert "Instance" in text
    assert "etcd-1" in text


def test_debug_messages_which_hold_secrets_are_never_shown() -> None:
    text, progress = shown(diagnostic("debug", "props=hush"), diagnostic("warning", "careful\n"))
    assert text.strip() == "careful"
    assert "hush" not in str(progress.errors)


def test_errors_are_kept_whole_with_their_resource() -> None:
    text, progress = shown(
        event("resourcePreEvent", INSTANCE, "create"),
        diagnostic("error", "InvalidIPAddress.InUse\nline two\n", urn=INSTANCE),
        event("resOpFailedEvent", INSTANCE, "create"),
    )
    assert progress.errors == ["etcd-1: InvalidIPAddress.InUse\nline two"]
    assert "! failed" in text


def test_markup_in_messages_is_text() -> None:
    text, _ = shown(diagnostic("info", "[/red] [bold]x"))
    assert text.strip() == "[/red] [bold]x"


def test_summary_counts_in_words() -> None:
    _, progress = shown({"summaryEvent": {"resourceChanges": {"create": 2, "same": 1}}})
    assert progress.summary().startswith("2 created, 1 unchanged in ")
