"""`python -m sandbox.region up|down|status`: the region without the front door."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sandbox import toolchain
from sandbox.region import Region, RegionError
from sandbox.region.launch import CHECKOUT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.region", description=__doc__)
    parser.add_argument("action", choices=["up", "down", "status"])
    action = parser.parse_args().action
    state = Path(os.environ.get("SANDBOX_STATE") or CHECKOUT / ".sandbox")
    # Only a start needs the image; the others must not build a toolchain.
    image = toolchain.ensure().image if action == "up" else Path("unused")
    region = Region(state, image)
    try:
        if action == "up":
            region.up()
        elif action == "down":
            region.down()
    except RegionError as error:
        print(error, file=sys.stderr)
        return 1
    status = region.status()
    print(" ".join(filter(None, (status.why + ".", status.remedy))))
    return 0 if action != "status" or status.running else 1


if __name__ == "__main__":
    sys.exit(main())
