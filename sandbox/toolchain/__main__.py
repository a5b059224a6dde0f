"""`python3 -m sandbox.toolchain`: make sure of the toolchain and show its parts."""

import argparse
import sys

from sandbox.toolchain import Toolchain, ToolchainError, ensure, ensure_python, pins


def main() -> int:
    """Run, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python3 -m sandbox.toolchain", description="Builds what is missing.")
    parser.add_argument("--python-only", action="store_true", help="only the Python environment; prints its folder")
    parser.add_argument(
        "--etcd", action="append", default=[], choices=pins.ETCD, help="a release wanted besides the default one"
    )
    asked = parser.parse_args()
    try:
        print(ensure_python() if asked.python_only else table(ensure(etcd_versions=asked.etcd)))
    except ToolchainError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def table(toolchain: Toolchain) -> str:
    """Parts, versions and folders."""
    rows = [("part", "version", "folder"), *((part.name, part.version, str(part.folder)) for part in toolchain.parts)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:{widths[0]}}  {version:{widths[1]}}  {folder}" for name, version, folder in rows)


if __name__ == "__main__":
    sys.exit(main())
