"""Starts the plugin: `python -m command_provider [FLAG...] ENGINE_ADDRESS` prints the port it serves on."""

import asyncio
import importlib.util
import sys
import types


def skip_sdk_imports() -> None:
    """Makes `pulumi.runtime.proto` importable without running the SDK's own imports.

    The engine starts a plugin several times in one update. The stubs need none of the SDK, and importing it with
    them takes 0.25 s instead of 0.1 s.
    """
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.submodule_search_locations is None:
            raise SystemExit(f"command plugin: the Python package {name!r} is missing; install requirements.txt")
        package = types.ModuleType(name)
        package.__path__ = list(spec.submodule_search_locations)
        package.__spec__ = spec
        sys.modules[name] = package


def main() -> None:
    skip_sdk_imports()
    from .provider import serve  # noqa: PLC0415 - only after the line above

    # The engine puts its own flags (--tracing, -v=9, ...) before the address.
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    asyncio.run(serve(addresses[-1] if addresses else ""))


if __name__ == "__main__":
    main()
