"""The engine, called as an operator calls it."""

import subprocess
from pathlib import Path


def pulumi(environment: dict[str, str], folder: Path, *arguments: str) -> str:
    command = ["pulumi", *arguments, "--non-interactive"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
