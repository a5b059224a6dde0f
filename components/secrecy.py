"""What the SDK would say about secrets, it does not."""

import pulumi


def silence_debug_messages() -> None:
    """Ends the SDK's debug messages for this program.

    One holds the stack's outputs, private keys in clear (pulumi 3.259, `register_resource_outputs`), and whoever runs
    Pulumi with `--json` or `--debug` gets it, or leaves it in CI's logs: docs/decisions/0012. Warnings and errors stay.
    """
    pulumi.log.debug = _say_nothing


def _say_nothing(*_message: object, **_details: object) -> None:
    """Stands for `pulumi.log.debug`."""
