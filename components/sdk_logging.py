"""Disables the Pulumi SDK's debug log, which contains stack outputs in clear."""

import pulumi


def disable_debug_log() -> None:
    """Ends the SDK's debug messages for this program. Warnings and errors stay.

    One message holds the stack's outputs, private keys in clear (pulumi 3.259, `register_resource_outputs`), and a run
    with `--json` or `--debug` prints it, in CI's logs too: docs/decisions/0012.
    """
    pulumi.log.debug = _discard


def _discard(*_message: object, **_details: object) -> None:
    """Stands for `pulumi.log.debug`."""
