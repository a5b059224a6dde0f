"""`python -m sandbox.cli COMMAND…`; `./sandbox/run` makes sure of the toolchain first."""

import sys

from sandbox.cli.main import main

main(sys.argv[1:])
