"""The model is data: whoever reads it loads neither an SDK nor a rule."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.unit


def test_the_model_imports_no_sdk_and_no_rule() -> None:
    program = "import json, sys, components.settings.model; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = json.loads(printed.stdout)
    assert "components.settings.types" in loaded
    assert [name for name in loaded if name.startswith(("pulumi", "boto"))] == []
    settings = {name.removeprefix("components.settings.") for name in loaded if name.startswith("components.settings.")}
    assert not settings & {"args", "errors", "load", "rules", "validate", "warnings"}
