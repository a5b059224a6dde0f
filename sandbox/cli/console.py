"""The consoles that the CLI prints to."""

import sys

from rich.console import Console

WIDE = 200  # columns, where the output is no terminal

OUTPUT = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
ERRORS = Console(highlight=False, soft_wrap=True, stderr=True)
