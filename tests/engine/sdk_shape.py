"""Reads from a generated Pulumi SDK which properties each resource, function and nested type has."""

import importlib
import inspect
import re
from types import ModuleType


class Sdk:
    """The SDK of one package, asked by the schema's tokens."""

    def __init__(self, package: str) -> None:
        self._package = f"pulumi_{package}"

    def inputs(self, token: str) -> set[str]:
        module, name = self._file(token)
        # The generator says InitArgs where a nested type is called Args already.
        return properties(getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args"))

    def outputs(self, token: str) -> set[str]:
        module, name = self._file(token)
        return properties(getattr(module, name))

    def arguments(self, token: str) -> set[str]:
        module, name = self._file(token)
        return set(re.findall(r"__args__\['(\w+)'\]", inspect.getsource(getattr(module, snake(name)))))

    def results(self, token: str) -> set[str]:
        module, name = self._file(token)
        return properties(getattr(module, f"{pascal(name)}Result"))

    def nested(self, token: str, of_inputs: bool) -> set[str]:
        """A nested type's properties; results of functions have their own flavour of each."""
        folder = importlib.import_module(self._folder(token) + ("._inputs" if of_inputs else ".outputs"))
        name = pascal(token.split(":")[2])
        return properties(getattr(folder, f"{name}Args" if of_inputs else name))

    def _folder(self, token: str) -> str:
        folder = token.split(":")[1].split("/", maxsplit=1)[0]
        return self._package if folder == "index" else f"{self._package}.{folder}"

    def _file(self, token: str) -> tuple[ModuleType, str]:
        _, path, name = token.split(":")
        return importlib.import_module(f"{self._folder(token)}.{snake(path.split('/')[1])}"), name


def properties(cls: type) -> set[str]:
    """By their names in the schema, which the generator keeps on each getter."""
    return {
        getattr(value.fget, "_pulumi_name", name) for name, value in vars(cls).items() if isinstance(value, property)
    }


def pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
