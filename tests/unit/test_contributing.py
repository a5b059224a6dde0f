"""The tree in CONTRIBUTING is the real one, and only settings/load.py reads configuration."""

import ast
import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^(?P<folder>[\w./-]+)/(?P<below>\*\*)? +\S")

pytestmark = pytest.mark.unit


def described() -> dict[str, bool]:
    """The folders of the tree in CONTRIBUTING, and whether a line stands for everything below as well."""
    tree = (ROOT / "CONTRIBUTING.md").read_text().split("```")[1]
    lines = [LINE.match(line) for line in tree.strip().splitlines()]
    assert all(lines), "a line is a folder, spaces, and what it holds"
    return {line["folder"]: line["below"] is not None for line in lines if line}


def folders() -> set[str]:
    """Folders that hold a file of the repository."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {str(PurePosixPath(file).parent) for file in done.stdout.splitlines()} - {"."}


def test_every_folder_has_a_line_and_every_line_a_folder() -> None:
    tree, real = described(), folders()
    covered = {folder for folder in real if any(below and is_below(folder, each) for each, below in tree.items())}
    assert real - covered - tree.keys() == set(), "describe them in CONTRIBUTING"
    stale = {each for each in tree if not any(folder == each or is_below(folder, each) for folder in real)}
    assert stale == set(), "CONTRIBUTING describes folders that are gone"


def test_only_load_reads_the_configuration() -> None:
    readers = set()
    for file in (ROOT / "components").rglob("*.py"):
        text = ast.unparse(ast.parse(file.read_text()))
        if re.search(r"pulumi\.Config\b|pulumi\.runtime\.config\b|get_config_env", text):
            readers.add(str(file.relative_to(ROOT)))
    assert readers == {"components/settings/load.py"}


def is_below(folder: str, parent: str) -> bool:
    return PurePosixPath(folder).is_relative_to(parent)
