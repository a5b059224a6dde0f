"""Long measurements of a cluster under load, one part at a time, alone on the machine.

    make soak PART=rolling

Each part takes at most an hour and prints one line of JSON with the commit and its figures. One that was interrupted,
or came to the end of its hour, goes on where it stopped when it is started again.
"""

import argparse
import sys

from tests.soak import rolling

PARTS = {"rolling": rolling.run}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    sys.exit(PARTS[given.part](given.rounds))


if __name__ == "__main__":
    main()
