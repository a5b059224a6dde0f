"""The tests as a codebase: what they share lies in modules that are no tests themselves."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.unit


def imported(file: Path) -> set[str]:
    """The modules that a file imports, in full, wherever in it, and what it takes out of each."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{file}: an import by dots cannot be read here"
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_module_imports_a_test_module() -> None:
    """Its tests could not be moved or dropped without breaking others, and its fixtures would run twice."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    tests = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files if file.name.startswith("test_")}
    imports = {file: imported(file) for file in files}
    assert len(tests) > 60
    assert sum("tests.framework.cluster" in names for names in imports.values()) > 10, "the test reads no imports"
    wrong = {str(file.relative_to(ROOT)): sorted(names & tests) for file, names in imports.items() if names & tests}
    assert wrong == {}


def test_make_test_runs_every_folder_of_tests() -> None:
    """A folder that was renamed would be left out without a word."""
    recipe = (ROOT / "Makefile").read_text().partition("\ntest:")[2].partition("\n\n")[0]
    folders = {file.relative_to(ROOT / "tests").parts[0] for file in (ROOT / "tests").rglob("test_*.py")}
    assert len(folders) > 6
    assert {folder for folder in folders if not re.search(rf"\b{folder}\b", recipe)} == set()


def test_the_framework_knows_no_folder_of_tests_but_the_sandboxs_machines() -> None:
    others = {
        (str(file.relative_to(ROOT)), name)
        for file in (ROOT / "tests" / "framework").rglob("*.py")
        for name in imported(file)
        if name.startswith("tests.") and not name.startswith(("tests.framework", "tests.region.ssh_machine"))
    }
    assert others == set()
