"""After a killed engine: clears its lock, ends its plugins, and mends the state so that the next update converges."""

import json
import shutil
from pathlib import Path
from typing import Any

from sandbox.cli import lock, pending, stale_processes
from sandbox.cli.engine import Engine
from sandbox.cli.paths import PROJECT, CliError, write_private
from sandbox.cli.pending import PendingCreate
from sandbox.cli.unmanaged import Findings, Stray


def clear_the_way(engine: Engine) -> bool:
    """Clears the locks of dead engines and returns whether there were any. Refuses when a live one may hold a lock."""
    locks = lock.clear_dead(engine.paths.locks(engine.stack))
    if locks.held:
        raise CliError(
            f"Stack {engine.stack} is locked by {'; '.join(locks.held)}.\n"
            "Wait until that update ends. If it is certainly gone, remove the lock with:\n"
            f"  ./sandbox/run pulumi cancel -s {engine.stack} --yes"
        )
    for dead in locks.dead:
        engine.console.print(f"Cleared the lock of a dead engine: {dead.held_by()}.", style="yellow")
    if locks.dead:
        ended = stale_processes.end(stale_processes.of_dead_engines(engine.paths.pulumi_home))
        if ended:
            engine.console.print(f"Ended what it left running: {', '.join(map(str, ended))}.", style="yellow")
        restore_half_written(engine.paths.checkpoint(engine.stack))
    return bool(locks.dead)


def restore_half_written(checkpoint: Path) -> None:
    """An engine killed while it opened a file leaves it empty.

    The state's copy of the step before stands beside it; what was made since is found as after any kill. The file of
    attributes (gocloud.dev's fileblob keeps one) holds nothing that Pulumi needs.
    """
    copy = checkpoint.with_name(f"{checkpoint.name}.bak")
    if checkpoint.exists() and not checkpoint.stat().st_size and copy.exists():
        shutil.copyfile(copy, checkpoint)
    for attributes in checkpoint.parent.glob(f"{checkpoint.name}*.attrs"):
        if not attributes.stat().st_size:
            attributes.unlink()


def mend(engine: Engine, after_crash: bool) -> bool:
    """Takes over what was being created when the engine died. Returns whether the next update must refresh."""
    is_pending = pending.noted(engine.paths.checkpoint(engine.stack))
    if not is_pending and not after_crash:
        return False
    deployment = export(engine)
    findings = search(engine, deployment)
    _name_strays(engine, findings.strays)
    if not is_pending:
        return True
    found = _decide(engine, deployment, findings)
    _import(engine, pending.mended(deployment, found))
    return True


def export(engine: Engine) -> dict[str, Any]:
    exported: dict[str, Any] = json.loads(engine.ask(["pulumi", "stack", "export", "-s", engine.stack]))
    deployment: dict[str, Any] = exported["deployment"]
    return deployment


def search(engine: Engine, deployment: dict[str, Any]) -> Findings:
    """Searches through the AWS API, from inside the region."""
    file = engine.paths.folder / ".export.json"
    write_private(file, json.dumps({"deployment": deployment}))
    try:
        answer = json.loads(
            engine.ask(["python", "-m", "sandbox.cli.unmanaged", str(file), f"{PROJECT}/{engine.stack}"])
        )
    finally:
        file.unlink()
    return Findings(answer["candidates"], answer["unsearchable"], [Stray(**stray) for stray in answer["strays"]])


def explain(engine: Engine) -> None:
    """After a failed update: names instances of this stack that are not in its state, since they hold addresses."""
    _name_strays(engine, search(engine, export(engine)).strays)


def _name_strays(engine: Engine, strays: list[Stray]) -> None:
    for stray in strays:
        engine.console.print(
            f"Instance {stray.instance_id} ({stray.name or 'no name'}) has this stack's tag but is not in its state.\n"
            "It holds its interface and volume. Terminate it with:\n"
            f"  ./sandbox/run aws-terminate {stray.instance_id}\n"
            "or take it over with:\n"
            f"  ./sandbox/run pulumi import -s {engine.stack} aws:ec2/instance:Instance NAME {stray.instance_id}",
            style="yellow",
        )


def _decide(engine: Engine, deployment: dict[str, Any], findings: Findings) -> dict[str, str]:
    """URN to ID of what is taken over. Stops where a person must choose."""
    found: dict[str, str] = {}
    problems: list[str] = []
    for create in pending.creates(deployment):
        identifiers = [create.id] if create.id else findings.candidates.get(create.urn, [])
        if len(identifiers) > 1 or (identifiers and pending.in_state(deployment, create.urn)):
            problems.append(_problem(create, identifiers))
            continue
        if identifiers:
            found[create.urn] = identifiers[0]
        engine.console.print(
            f"{create.name} was being created {_outcome(create, identifiers, findings)}", style="yellow"
        )
    if problems:
        raise CliError("\n".join(problems))
    return found


def _outcome(create: PendingCreate, identifiers: list[str], findings: Findings) -> str:
    if identifiers:
        return f"and exists as {identifiers[0]}: taken over."
    if create.urn in findings.unsearchable:
        return f"and cannot be searched for: made again; look in AWS for a first {create.type}."
    if create.repeatable:
        return "and is made again."
    return "and does not exist: made again."


def _problem(create: PendingCreate, identifiers: list[str]) -> str:
    remedy = "  delete all but the right one with an AWS tool; `./sandbox/run` gives it its environment"
    if create.type == "aws:ec2/instance:Instance":
        remedy = "\n".join(f"  ./sandbox/run aws-terminate {identifier}" for identifier in identifiers)
    return (
        f"{create.name} ({create.type}) was being created when an engine died.\n"
        f"AWS has {', '.join(identifiers)}, not in the state.\n"
        f"Remove what is too many, then run `make up`:\n{remedy}"
    )


def _import(engine: Engine, deployment: dict[str, Any]) -> None:
    file = engine.paths.folder / ".import.json"
    write_private(file, json.dumps({"version": 3, "deployment": deployment}))
    try:
        engine.ask(["pulumi", "stack", "import", "-s", engine.stack, "--file", str(file)])
    finally:
        file.unlink()
