"""Copies the terraform-provider-aws module with only some AWS services in it.

The module registers every service and every API client in two generated files, and describes every service in a table;
all are plain lists. This leaves out the folders of the services not named, their lines in those lists, and what go.mod
requires for them alone. A `go build -overlay` cannot do it: Go refuses to replace files of the module cache.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

COPIED = ("go.mod", "internal", "names", "version")
SERVICE_IMPORT = re.compile(r'terraform-provider-aws/internal/service/([a-z0-9]+)"')
REGISTERED = re.compile(r'internal/service/([a-z0-9]+)"|^\s+([a-z0-9]+)\.ServicePackage\(')
CLIENT_CALL = re.compile(r"\.([A-Z]\w*Client)\(")
CLIENT_FUNCTION = re.compile(r"func \(c \*AWSClient\) (\w+)\(")
CLIENT_IMPORT = re.compile(r'\s+(?:(\w+) )?"github.com/aws/aws-sdk-go-v2/service/(?:[^"]+/)?([^"/]+)"')
SDK_MODULE = re.compile(r"github.com/aws/aws-sdk-go-v2/service/[a-z0-9]+")


def trim(module: Path, out: Path, services: Iterable[str]) -> None:
    """Write the module in `module` to `out` with `services` only."""
    wanted = set(services)
    copied = _closure(module / "internal/service", wanted)
    _copy(module, out, copied)
    _keep_descriptions(out / "names/data/names_data.hcl", copied)
    _keep_services(out / "internal/provider/sdkv2/service_packages_gen.go", wanted)
    _keep_clients(out / "internal/conns/awsclient_gen.go", _found(CLIENT_CALL, out, skip="awsclient_gen.go"))
    _keep_requirements(out / "go.mod", _found(SDK_MODULE, out))


def _closure(folder: Path, services: set[str]) -> set[str]:
    """The services named and those that their code imports."""
    seen: set[str] = set()
    todo = list(services)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            for file in (folder / name).glob("*.go"):
                if not file.name.endswith("_test.go"):
                    todo += SERVICE_IMPORT.findall(file.read_text())
    return seen


def _copy(module: Path, out: Path, services: set[str]) -> None:
    # `acctest` serves tests only, but calls the clients of eight services that nothing else here needs.
    tests = shutil.ignore_patterns("*_test.go", "testdata", "test-fixtures", "acctest")

    def ignore(folder: str, names: list[str]) -> set[str]:
        if Path(folder).parent == module / "internal/service" and Path(folder).name not in services:
            return set(names) - {"smarterr.hcl"}  # internal/embed.go wants at least one
        return tests(folder, names)

    out.mkdir(parents=True)
    for name in COPIED:
        source = module / name
        if source.is_dir():
            shutil.copytree(source, out / name, ignore=ignore)
        else:
            shutil.copy(source, out / name)
    for path in (out, *out.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)  # the module cache is read-only


def _found(pattern: re.Pattern[str], folder: Path, skip: str = "") -> set[str]:
    return {text for file in folder.rglob("*.go") if file.name != skip for text in pattern.findall(file.read_text())}


def _keep_descriptions(table: Path, services: set[str]) -> None:
    """The provider reads this table at each start, which takes half of that with all 365 services in it."""
    head, *blocks = re.split(r'(?m)^(?=service ")', table.read_text())
    table.write_text(head + "".join(block for block in blocks if block.split('"')[1] in services))


def _keep_services(registry: Path, wanted: set[str]) -> None:
    kept = []
    for line in registry.read_text().splitlines(keepends=True):
        found = REGISTERED.search(line)
        if not found or (found[1] or found[2]) in wanted:
            kept.append(line)
    registry.write_text("".join(kept))


def _keep_clients(clients: Path, called: set[str]) -> None:
    head, *functions = re.split(r"(?m)^(?=func \(c \*AWSClient\))", clients.read_text())
    body = "".join(text for text in functions if _name_of(text) in called)
    kept = []
    for line in head.splitlines(keepends=True):
        found = CLIENT_IMPORT.match(line)
        if not found or re.search(rf"\b{found[1] or found[2]}\.", body):
            kept.append(line)
    clients.write_text("".join(kept) + body)


def _name_of(function: str) -> str:
    found = CLIENT_FUNCTION.match(function)
    if not found:
        raise ValueError(f"terraform-provider-aws changed the form of its client functions: {function[:80]!r}")
    return found[1]


def _keep_requirements(go_mod: Path, imported: set[str]) -> None:
    kept = []
    for line in go_mod.read_text().splitlines(keepends=True):
        found = SDK_MODULE.search(line)
        if not found or found[0] in imported:
            kept.append(line)
    go_mod.write_text("".join(kept))
