"""Where the front door prints.

Most commands print nothing themselves, and Rich takes as long to import as all else together: it is imported when
something is printed.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 200  # columns, where nobody's terminal says otherwise


@functools.cache
def output() -> Console:
    from rich.console import Console  # noqa: PLC0415 - see above

    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)


@functools.cache
def errors() -> Console:
    from rich.console import Console  # noqa: PLC0415 - see above

    return Console(highlight=False, soft_wrap=True, stderr=True)
