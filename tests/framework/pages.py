"""Commands out of the pages in docs/, so that tests run what a reader would."""

import re
import textwrap

from tests.framework.sandbox import CHECKOUT


def section(page: str, heading: str) -> str:
    """The text of `docs/PAGE` below a heading of the second level."""
    text = (CHECKOUT / "docs" / page).read_text()
    found = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    assert found, f"docs/{page} has no part {heading!r}"
    return found


def blocks(text: str) -> list[str]:
    """The blocks of shell commands in it."""
    found = re.findall(r"^ *```bash\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    assert found, "no commands there"
    return [textwrap.dedent(block) for block in found]


def start_as_new_member() -> str:
    """Step 3 of docs/lost-member.md, for the machine of the member that comes back."""
    (commands, *_) = blocks((CHECKOUT / "docs" / "lost-member.md").read_text())
    assert "permit" in commands
    return commands
