"""What a killed engine left half done in a stack's state, and how the state is mended.

Before each operation the engine notes it in the state; a killed one leaves the note. All but creations mend themselves
at the next update. A pending creation is the trap: the object may exist in AWS without being in the state, and
making it again fails (address in use) or doubles it. `pulumi refresh --import-pending-creates` would be the engine's
own answer, but in 3.259 it only relabels the note, and the next write of the state drops it (backend/journal.go keeps
pending creations only). So the state is edited here: export, edit, import.
"""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Making these again is harmless: nothing of theirs outlives the engine, or the provider finds what is already done.
REPEATABLE = (
    "command:",
    "pulumi:",
    "random:",
    "tls:",
    "aws:ec2/eipAssociation:",
    "aws:ec2/volumeAttachment:",
    "aws:ec2transitgateway/instanceState:",
)


@dataclass(frozen=True)
class PendingCreate:
    urn: str
    type: str
    inputs: dict[str, Any]
    id: str  # known when the engine died between the answer of AWS and its next note

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def repeatable(self) -> bool:
        return self.type.startswith(REPEATABLE)


def noted(checkpoint: Path) -> bool:
    """A quick look at the state file, without starting Pulumi (half a second)."""
    return checkpoint.exists() and b'"pending_operations"' in checkpoint.read_bytes()


def creates(deployment: dict[str, Any]) -> list[PendingCreate]:
    return [
        PendingCreate(resource["urn"], resource["type"], resource.get("inputs", {}), resource.get("id", ""))
        for verb, resource in _operations(deployment)
        if verb == "creating"
    ]


def known_ids(deployment: dict[str, Any]) -> set[str]:
    return {resource["id"] for resource in deployment.get("resources") or [] if resource.get("id")}


def in_state(deployment: dict[str, Any], urn: str) -> bool:
    return any(resource["urn"] == urn and not resource.get("delete") for resource in deployment.get("resources") or [])


def mended(deployment: dict[str, Any], found: dict[str, str]) -> dict[str, Any]:
    """The state without pending operations and with each found creation (URN to ID) as a resource.

    Where the outputs never came, the inputs stand for them, and the next update must refresh. Without any the provider
    would import the object and lose what AWS does not return (a key pair's key), which replaces it.
    """
    fresh = copy.deepcopy(deployment)
    for verb, resource in _operations(fresh):
        if verb == "creating" and resource["urn"] in found:
            identifier = found[resource["urn"]]
            outputs = resource.get("outputs") or {**_plain_inputs(resource), "id": identifier}
            fresh["resources"].append({**resource, "id": identifier, "outputs": outputs})
    fresh.pop("pending_operations", None)
    return fresh


def _plain_inputs(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.get("inputs", {}).items() if not key.startswith("__")}


def _operations(deployment: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(operation["type"], operation["resource"]) for operation in deployment.get("pending_operations") or []]
