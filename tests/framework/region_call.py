"""Functions of the tests, called inside a region's network with its environment.

    python -m tests.framework.region_call MODULE FUNCTION ARGUMENTS

Arguments and result travel as JSON. `Sandbox.call` is the other end.
"""

import importlib
import json
import sys


def main() -> None:
    module, function, arguments = sys.argv[1:]
    result = getattr(importlib.import_module(module), function)(*json.loads(arguments))
    print(json.dumps(result, default=str))


if __name__ == "__main__":
    main()
