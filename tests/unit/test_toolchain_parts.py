"""What the toolchain is made of: its tables agree with the SDKs and lock files, and its answers name the remedy."""

import importlib.util
import json
import platform
import re
import sys
import tarfile
from pathlib import Path

import pytest

from sandbox.plugins.aws.trim import trim
from sandbox.toolchain import etcd, gobuild, host, interpreter, pins, python
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.progress import Progress

pytestmark = pytest.mark.unit
CHECKOUT = Path(__file__).parents[2]
TABLE = json.loads((CHECKOUT / "sandbox/plugins/aws/resources.json").read_text())


def sdk_file(token: str) -> Path:
    """The file of pulumi-aws that a token such as aws:ec2/getAmi:getAmi is in."""
    sdk = importlib.util.find_spec("pulumi_aws")
    assert sdk is not None
    assert sdk.origin is not None
    folder, name = token.split(":")[1].split("/")
    file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return Path(sdk.origin).parent / ("" if folder == "index" else folder) / f"{file}.py"


def test_every_token_of_the_aws_plugin_is_the_sdks() -> None:
    tokens = [*TABLE["resources"].values(), *TABLE["functions"].values()]
    assert tokens
    assert [token for token in tokens if f"'{token}'" not in sdk_file(token).read_text()] == []


def test_plugins_have_the_versions_that_the_sdks_ask_for() -> None:
    wanted = dict(re.findall(r"(?m)^pulumi-(\w+)==(.+)$", (CHECKOUT / "requirements.txt").read_text()))
    assert wanted == pins.PLUGINS


def test_the_engine_has_the_version_of_the_python_sdk() -> None:
    assert f"\npulumi=={pins.PULUMI}\n" in (CHECKOUT / "requirements.txt").read_text()
    assert f'\nrequiredPulumiVersion: ">={pins.PULUMI}"\n' in (CHECKOUT / "Pulumi.yaml").read_text()
    for module in ("pulumi/pkg/v3", "pulumi/sdk/v3"):
        assert f"github.com/pulumi/{module} v{pins.PULUMI}" in (gobuild.MODULES / "engine/go.mod").read_text()


def test_go_programs_have_what_they_share_in_one_version() -> None:
    """It is compiled once: with 50 versions apart, the first build took half as long again."""
    versions: dict[str, set[str]] = {}
    parts = ("engine", "language")
    for folder in (*(gobuild.MODULES / part for part in parts), gobuild.PLUGINS / "tls", gobuild.PLUGINS / "aws"):
        requirements = (folder / "go.mod").read_text().partition("\nreplace ")[0]
        for module, version in re.findall(r"(?m)^(?:require|\t)\s*(\S+/\S+) (v\S+)", requirements):
            versions.setdefault(module, set()).add(version)
    assert len(versions) > 200
    # The engine and the bridge want the two sides of a change of its interface.
    differ = {"github.com/olekukonko/tablewriter", gobuild.SDK}  # SDK: the language host's last version that is served
    assert {module for module, apart in versions.items() if len(apart) > 1} == differ


@pytest.mark.parametrize("version", pins.ETCD)
def test_an_etcd_release_is_built_from_its_own_version(version: str) -> None:
    lines = (gobuild.MODULES / f"etcd-{version}" / "go.mod").read_text()
    assert set(re.findall(r"go.etcd.io/etcd/(?:server|etcdctl|etcdutl)/v3 v(\S+)", lines)) == {version}


def test_a_release_is_packed_as_published_and_the_same_each_time(tmp_path: Path) -> None:
    top = tmp_path / "etcd-v3.5.11-linux-amd64"
    top.mkdir()
    tarballs = []
    for umask_of_the_day in (0o700, 0o755):
        for program in etcd.PROGRAMS:
            (top / program).write_text(program)
            (top / program).chmod(umask_of_the_day)
        tarballs.append(tmp_path / f"{umask_of_the_day}.tar.gz")
        etcd.pack(top, tarballs[-1])
    assert tarballs[0].read_bytes() == tarballs[1].read_bytes()
    with tarfile.open(tarballs[0]) as archive:
        members = {member.name: member.mode for member in archive.getmembers()}
    assert members == dict.fromkeys([top.name, *(f"{top.name}/{program}" for program in etcd.PROGRAMS)], 0o755)


def test_only_the_services_named_stay_in_the_aws_provider(tmp_path: Path) -> None:
    files = {
        "go.mod": "".join(f"require github.com/aws/aws-sdk-go-v2/service/{name} v1\n" for name in ("ec2", "rds")),
        "names/data/names_data.hcl": 'service "ec2" {\n  brand = "AWS"\n}\n\nservice "rds" {\n  brand = "AWS"\n}\n',
        "version/version.go": "package version\n",
        "internal/service/ec2/vpc.go": "package ec2\nvar c = meta.EC2Client(ctx)\n",
        "internal/service/ec2/vpc_test.go": "package ec2\nvar c = meta.RDSClient(ctx)\n",
        "internal/service/rds/db.go": "package rds\nvar c = meta.RDSClient(ctx)\n",
        "internal/provider/sdkv2/service_packages_gen.go": (
            'import (\n\t"github.com/hashicorp/terraform-provider-aws/internal/service/ec2"\n'
            '\t"github.com/hashicorp/terraform-provider-aws/internal/service/rds"\n)\n'
            "\t\tec2.ServicePackage(ctx),\n\t\trds.ServicePackage(ctx),\n"
        ),
        "internal/conns/awsclient_gen.go": (
            'import (\n\t"github.com/aws/aws-sdk-go-v2/service/ec2"\n\t"github.com/aws/aws-sdk-go-v2/service/rds"\n)\n'
            "func (c *AWSClient) EC2Client(ctx) *ec2.Client {}\nfunc (c *AWSClient) RDSClient(ctx) *rds.Client {}\n"
        ),
    }
    for name, text in files.items():
        path = tmp_path / "module" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o444)
    trim(tmp_path / "module", tmp_path / "out", ["ec2"])
    kept = {
        str(path.relative_to(tmp_path / "out")): path.read_text()
        for path in (tmp_path / "out").rglob("*.*")
        if path.is_file()
    }
    assert {name for name in kept if "/service/" in name} == {"internal/service/ec2/vpc.go"}
    assert not [name for name, text in kept.items() if "rds" in text]
    assert kept["names/data/names_data.hcl"] == 'service "ec2" {\n  brand = "AWS"\n}\n\n'
    assert all("ec2" in kept[name] for name in files if name in kept and "service/" not in name and "_gen" in name)


def test_a_system_that_is_not_linux_is_told_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with pytest.raises(ToolchainError, match=r"^The sandbox needs Linux \(this is Darwin\).*$"):
        host.architecture()


def test_missing_packages_are_named_in_one_line_to_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(ToolchainError) as failure:
        host.install(["mmdebstrap", "nftables"], tmp_path, Progress())
    assert str(failure.value).endswith(
        "apt-get update && apt-get install -y --no-install-recommends mmdebstrap nftables"
    )
    assert "\n" not in str(failure.value)


def test_a_package_is_missing_when_its_program_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda program, **_: None if program == "nft" else f"/bin/{program}")
    assert host.region_packages() == ["nftables"]


@pytest.mark.parametrize(("answer", "said"), [(None, "is not on PATH"), ("go1.22.4", "is go1.22.4")])
def test_a_missing_or_old_go_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str | None, said: str
) -> None:
    if answer:
        program(tmp_path / "go", f"echo {answer}")
    monkeypatch.setenv("PATH", str(tmp_path))
    host.go_version.cache_clear()
    with pytest.raises(ToolchainError, match=said) as failure:
        host.go_version()
    assert pins.GO_ON_PYPI in str(failure.value)


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_pip_settings_of_the_machine_that_would_change_the_result_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "/opt/wheels")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    kept = python.pip_environment()
    assert "PIP_FIND_LINKS" not in kept
    assert kept["PIP_INDEX_URL"] == "https://mirror.example/simple"


@pytest.mark.parametrize(
    ("version", "packages", "taken"),
    [("3.13", "ensurepip", True), ("3.11", "ensurepip", True), ("3.9", "ensurepip", False), ("3.11", "json", False)],
)
def test_debians_python_is_taken_where_it_can_make_environments(
    tmp_path: Path, version: str, packages: str, taken: bool
) -> None:
    """Others are often built without optimising: everything here would take half as long again."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib" / f"python{version}" / packages).mkdir(parents=True)
    python = tmp_path / "bin" / f"python{version}"
    python.touch()
    (tmp_path / "bin" / "python3").symlink_to(python.name)
    chosen = interpreter.chosen(tmp_path / "bin" / "python3")
    assert (chosen == python.resolve()) == taken
    assert chosen.exists()
