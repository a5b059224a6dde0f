"""Builds Go programs: the Pulumi engine, the Python language host, and the AWS and TLS plugins."""

import json
import shutil
from pathlib import Path

from sandbox.plugins.aws.trim import trim
from sandbox.toolchain import host, pins
from sandbox.toolchain.buildlog import BuildLog, Command, clean_environment
from sandbox.toolchain.store import Part, key_of

HERE = Path(__file__).parent
MODULES = HERE / "modules"
PLUGINS = HERE.parent / "plugins"
GO_SOURCES = shutil.ignore_patterns("__pycache__", "*.py")

# Much code, most of it generated, that runs seldom: without inlining it takes up to a third less to compile.
SELDOM = (
    "cloud.google.com/go/...",
    "github.com/aws/aws-sdk-go-v2/service/...",
    "github.com/envoyproxy/...",
    "github.com/pb33f/libopenapi/...",
)
# The same program on every machine: no C compiler, no paths, exactly the modules of go.mod and go.sum. What debuggers
# read is stripped at the end, so it is not made at all. Of the compiler's flags the last that match a package count.
FLAGS = " ".join(
    (
        "-mod=readonly -trimpath -buildvcs=false -gcflags=all=-dwarf=false",
        *(f"'-gcflags={packages}=-dwarf=false -l'" for packages in SELDOM),
    )
)
STRIP = "-s -w"
# The compiler spends a ninth less when it collects its garbage later, up to a limit (measured with the engine).
GARBAGE = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}
SDK = "github.com/pulumi/pulumi/sdk/v3"
AWS_MODULE = "github.com/hashicorp/terraform-provider-aws"


def environment(**more: str) -> dict[str, str]:
    """What a Go build sees; the user's proxy and cache settings stay."""
    return clean_environment(GOFLAGS=FLAGS, GOWORK="off", GOTOOLCHAIN="local", CGO_ENABLED="0", **GARBAGE, **more)


def build(log: BuildLog, module: Path, package: str, program: Path, values: str = "") -> None:
    """Build one program; `values` are the linker's -X settings."""
    command: Command = ["go", "build", "-ldflags", f"{STRIP} {values}".strip(), "-o", program, package]
    log.run(command, cwd=module, environment=environment())


def engine() -> Part:
    """The Pulumi CLI with the engine in it, and beside it the script that the language host starts."""

    def fill(folder: Path, log: BuildLog) -> None:
        module = _copy(MODULES / "engine", folder)
        values = f"-X {SDK}/go/common/version.Version=v{pins.PULUMI}"
        build(log, module, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", folder / "pulumi", values)
        sdk = log.output(["go", "list", "-m", "-f", "{{.Dir}}", SDK], cwd=module, environment=environment())
        script = folder / "pulumi-language-python-exec"
        shutil.copyfile(Path(sdk) / "python/cmd" / script.name, script)
        script.chmod(0o755)
        shutil.rmtree(module)

    return Part("engine", pins.PULUMI, _key(MODULES / "engine", pins.PULUMI), fill)


def language_host() -> Part:
    """The program by which the engine runs Python."""

    def fill(folder: Path, log: BuildLog) -> None:
        module = _copy(MODULES / "language", folder)
        build(log, module, f"{SDK}/python/cmd/pulumi-language-python", folder / "pulumi-language-python")
        shutil.rmtree(module)

    return Part("language", _version_in(MODULES / "language", SDK), _key(MODULES / "language"), fill)


def tls_plugin(pulumi: Path) -> Part:
    """The TLS provider as a Pulumi plugin."""

    def fill(folder: Path, log: BuildLog) -> None:
        _build_plugin("tls", _copy(PLUGINS / "tls", folder), folder, pulumi, log)

    return Part("tls", pins.PLUGINS["tls"], _key(PLUGINS / "tls", pins.PLUGINS["tls"]), fill)


def aws_plugin(pulumi: Path) -> Part:
    """The AWS provider as a Pulumi plugin, with the services of its resources.json."""

    def fill(folder: Path, log: BuildLog) -> None:
        module = _copy(PLUGINS / "aws", folder)
        wanted = f"{AWS_MODULE}@v{_version_in(PLUGINS / 'aws/shim', AWS_MODULE)}"
        download = ["go", "mod", "download", "-json", wanted]
        upstream = json.loads(log.output(download, cwd=folder, environment=environment()))["Dir"]
        trim(Path(upstream), module / "upstream", json.loads((module / "resources.json").read_text())["services"])
        _build_plugin("aws", module, folder, pulumi, log)

    return Part("aws", pins.PLUGINS["aws"], _key(PLUGINS / "aws", pins.PLUGINS["aws"]), fill)


def _build_plugin(name: str, module: Path, folder: Path, pulumi: Path, log: BuildLog) -> None:
    """Generator, then schema, which `pulumi` has a hand in, then the plugin that embeds the schema."""
    package = f"./cmd/pulumi-resource-{name}"
    values = f"-X etcd-aws/sandbox/plugins/{name}.Version={pins.PLUGINS[name]}"
    build(log, module, f"./cmd/pulumi-tfgen-{name}", module / "tfgen", values)
    (module / package / "bridge-metadata.json").write_text("{}")
    schema = environment(
        PATH=f"{pulumi.parent}:{environment()['PATH']}",
        PULUMI_HOME=str(module / "home"),
        PULUMI_SKIP_UPDATE_CHECK="true",
        PULUMI_SKIP_MISSING_MAPPING_ERROR="true",  # functions of the Terraform language have no counterpart
        PULUMI_CONVERT="0",  # no docs to convert: they lie in the published packages' repositories
    )
    log.run([module / "tfgen", "schema", "--out", package], cwd=module, environment=schema)
    build(log, module, package, folder / f"pulumi-resource-{name}", values)
    shutil.rmtree(module)


def _copy(module: Path, folder: Path) -> Path:
    copy = folder / "source"
    shutil.copytree(module, copy, ignore=GO_SOURCES)
    return copy


def _key(module: Path, *more: str) -> str:
    return key_of(module, host.go_version(), FLAGS, STRIP, *more)


def _version_in(module: Path, required: str) -> str:
    for line in (module / "go.mod").read_text().splitlines():
        words = line.removeprefix("require").split()
        if words[:1] == [required]:
            return words[1].removeprefix("v")
    raise LookupError(f"{module / 'go.mod'}: {required} is not required")
