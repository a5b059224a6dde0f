"""The copy of a stack file says to Pulumi what the tracked file says, and keeps what was set in the sandbox."""

from pathlib import Path

import pytest
import yaml

from sandbox.cli import stackfile, yaml_files
from sandbox.cli.paths import CliError, RegionPaths
from sandbox.toolchain import Release, Toolchain

pytestmark = pytest.mark.unit

OURS = "config:\n  aws:endpoints: here\n"


@pytest.fixture
def paths(tmp_path: Path) -> RegionPaths:
    return RegionPaths(tmp_path / "state", "local")


@pytest.fixture
def toolchain(tmp_path: Path) -> Toolchain:
    cache = tmp_path / "cache"
    releases = {
        version: Release(cache / f"etcd-v{version}.tar.gz", f"sum-{version}") for version in ("3.5.11", "3.5.33")
    }
    return Toolchain(cache / "venv", cache / "bin", cache / "plugins", releases, cache / "image", ())


@pytest.fixture
def tracked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stackfile, "CHECKOUT", tmp_path)
    path = tmp_path / "Pulumi.sandbox.yaml"
    path.write_text(f"{OURS}  aws:region: us-east-1\n  etcd:size: 3\n", encoding="utf-8")
    return path


def generated(paths: RegionPaths, toolchain: Toolchain) -> dict[str, object]:
    stackfile.generate(paths, toolchain, "sandbox")
    content: dict[str, object] = yaml.safe_load(paths.stack_file("sandbox").read_text(encoding="utf-8"))
    return content


def set_in_copy(paths: RegionPaths, **top: object) -> None:
    path = paths.stack_file("sandbox")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text(encoding="utf-8")), **top}), encoding="utf-8")


@pytest.mark.usefixtures("tracked")
def test_stack_file_names_the_release_built_here(paths: RegionPaths, toolchain: Toolchain) -> None:
    assert generated(paths, toolchain)["config"] == {
        "aws:endpoints": "here",
        "aws:region": "us-east-1",
        "etcd:size": 3,
        "etcd:releaseFile": str(toolchain.releases["3.5.11"].tarball),
        "etcd:releaseSha256": "sum-3.5.11",
    }


def test_stack_file_keeps_salt_and_what_was_set_here_and_follows_the_tracked_rest(
    paths: RegionPaths, toolchain: Toolchain, tracked: Path
) -> None:
    config = generated(paths, toolchain)["config"]
    assert isinstance(config, dict)
    set_in_copy(paths, encryptionsalt="v1:salt", config={**config, "etcd:quotaMib": 4096})
    tracked.write_text(f"{OURS}  aws:region: eu-west-1\n", encoding="utf-8")

    fresh = generated(paths, toolchain)

    assert fresh["encryptionsalt"] == "v1:salt"
    assert fresh["config"] == {
        "aws:endpoints": "here",
        "aws:region": "eu-west-1",
        "etcd:quotaMib": 4096,
        "etcd:releaseFile": str(toolchain.releases["3.5.11"].tarball),
        "etcd:releaseSha256": "sum-3.5.11",
    }


def test_a_stack_for_aws_is_the_same_in_the_region_but_for_where_aws_and_people_are(
    paths: RegionPaths, toolchain: Toolchain, tracked: Path
) -> None:
    tracked.write_text(
        "config:\n  aws:region: us-east-1\n  aws:endpoints: here\n  etcd:clientCidrs: [192.168.0.1/32]\n",
        encoding="utf-8",
    )
    tracked.with_name("Pulumi.prod.yaml").write_text(
        "config:\n  aws:region: eu-west-1\n  etcd:access: bastion\n  etcd:operatorCidrs: [203.0.113.7/32]\n",
        encoding="utf-8",
    )

    stackfile.generate(paths, toolchain, "prod")

    config = yaml.safe_load(paths.stack_file("prod").read_text(encoding="utf-8"))["config"]
    assert {key: value for key, value in config.items() if "release" not in key} == {
        "aws:region": "eu-west-1",
        "aws:endpoints": "here",
        "etcd:access": "bastion",
        "etcd:operatorCidrs": ["198.51.100.1/32"],
        "etcd:clientCidrs": ["192.168.0.1/32"],
    }


def test_value_that_pulumi_only_wrote_differently_still_follows_the_tracked_file(
    paths: RegionPaths, toolchain: Toolchain, tracked: Path
) -> None:
    tracked.write_text(f"{OURS}  aws:skip: true\n  etcd:size: 3\n  etcd:list:\n    - 1\n", encoding="utf-8")
    config = generated(paths, toolchain)["config"]
    assert isinstance(config, dict)
    set_in_copy(paths, config={**config, "aws:skip": "true", "etcd:size": "3", "etcd:list": ["1"]})
    tracked.write_text(f"{OURS}  etcd:size: 5\n", encoding="utf-8")

    fresh = generated(paths, toolchain)["config"]

    assert isinstance(fresh, dict)
    assert {key: value for key, value in fresh.items() if "release" not in key} == {
        "aws:endpoints": "here",
        "etcd:size": 5,
    }


@pytest.mark.usefixtures("tracked")
def test_release_follows_the_version_there_and_back(paths: RegionPaths, toolchain: Toolchain) -> None:
    config = generated(paths, toolchain)["config"]
    assert isinstance(config, dict)
    set_in_copy(paths, config={**config, "etcd:etcdVersion": "3.5.33"})
    upgraded = generated(paths, toolchain)["config"]
    assert isinstance(upgraded, dict)
    assert upgraded["etcd:releaseSha256"] == "sum-3.5.33"
    assert generated(paths, toolchain)["config"] == upgraded

    set_in_copy(paths, config={key: value for key, value in upgraded.items() if key != "etcd:etcdVersion"})

    assert generated(paths, toolchain)["config"] == config


TEXT = ("18:30", "yes", "no", "on", "Off", "y", "1:30:00")


def test_what_is_text_in_yaml_1_2_stays_text_for_every_reader(
    paths: RegionPaths, toolchain: Toolchain, tracked: Path
) -> None:
    """As on AWS, where Pulumi reads the tracked file itself. PyYAML, which reads YAML 1.1, stands for other readers."""
    tags = "".join(f"    key{number}: {text}\n" for number, text in enumerate(TEXT))
    tracked.write_text(f"{OURS}  etcd:tags:\n{tags}  etcd:multiAz: true\n  etcd:size: 3\n", encoding="utf-8")

    config = generated(paths, toolchain)["config"]

    assert isinstance(config, dict)
    assert tuple(config["etcd:tags"].values()) == TEXT
    assert (config["etcd:multiAz"], config["etcd:size"]) == (True, 3)


def test_a_version_with_a_trailing_zero_is_no_number(paths: RegionPaths, toolchain: Toolchain, tracked: Path) -> None:
    tracked.write_text(f"{OURS}  etcd:etcdVersion: 3.10\n", encoding="utf-8")
    assert stackfile.version_of(paths, "sandbox", {}) == "3.10"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("config: [", "is not valid YAML"),
        ("config:\n  etcd:size: 3\n  etcd:size: 5\n", "begins in line 2 has a key twice"),
        ("- config\n", "is not a stack file"),
    ],
)
def test_a_file_that_pulumi_would_not_take_is_named(
    paths: RegionPaths, toolchain: Toolchain, tracked: Path, content: str, reason: str
) -> None:
    tracked.write_text(content, encoding="utf-8")
    with pytest.raises(CliError, match=rf"Pulumi\.sandbox\.yaml {reason}|Pulumi\.sandbox\.yaml .*{reason}"):
        generated(paths, toolchain)


@pytest.mark.usefixtures("tracked")
def test_a_setting_of_this_very_command_decides_on_the_release(paths: RegionPaths, toolchain: Toolchain) -> None:
    """`up --config` is the same as `pulumi config set` and then `up`."""
    generated(paths, toolchain)
    settings = {"etcd:etcdVersion": "3.5.33", "etcd:quotaMib": "4096"}
    assert stackfile.version_of(paths, "sandbox", settings) == "3.5.33"

    stackfile.generate(paths, toolchain, "sandbox", settings)

    for _ in range(2):
        config = generated(paths, toolchain)["config"]
        assert isinstance(config, dict)
        assert config["etcd:releaseSha256"] == "sum-3.5.33"
        assert (config["etcd:etcdVersion"], config["etcd:quotaMib"]) == ("3.5.33", "4096")
    assert stackfile.version_of(paths, "sandbox", {}) == "3.5.33"


@pytest.mark.usefixtures("tracked")
def test_a_setting_of_the_first_up_is_kept(paths: RegionPaths, toolchain: Toolchain) -> None:
    stackfile.generate(paths, toolchain, "sandbox", {"etcd:size": "5"})
    config = generated(paths, toolchain)["config"]
    assert isinstance(config, dict)
    assert config["etcd:size"] == "5"


def rename(paths: RegionPaths, old: str, new: str) -> None:
    """As `./sandbox/run pulumi stack rename` does; the first step is Pulumi's."""
    paths.stack_file(old).rename(paths.stack_file(new))
    stackfile.rename(paths, old, new)


@pytest.mark.parametrize("old", ["sandbox", "prod"])
def test_a_renamed_stack_keeps_its_settings(paths: RegionPaths, toolchain: Toolchain, tracked: Path, old: str) -> None:
    tracked.write_text(f"{OURS}  etcd:clientCidrs: [192.168.0.1/32]\n", encoding="utf-8")
    tracked.with_name("Pulumi.prod.yaml").write_text("config:\n  etcd:access: bastion\n", encoding="utf-8")
    stackfile.generate(paths, toolchain, old, {"etcd:quotaMib": "4096"})
    before = yaml_files.read(paths.stack_file(old))

    for new in ("staging", "live"):
        rename(paths, old, new)
        stackfile.generate(paths, toolchain, new)
        assert yaml_files.read(paths.stack_file(new)) == before
        old = new

    assert not list(paths.folder.glob(".Pulumi.staging*"))


def test_a_stack_file_of_the_sandbox_under_another_name_is_not_meant_for_aws(
    paths: RegionPaths, toolchain: Toolchain, tracked: Path
) -> None:
    """`pulumi stack rename` in the checkout renames the tracked file."""
    tracked.write_text(f"{OURS}  etcd:clientCidrs: [192.168.0.1/32]\n", encoding="utf-8")
    tracked.rename(tracked.with_name("Pulumi.staging.yaml"))

    stackfile.generate(paths, toolchain, "staging")

    assert yaml_files.read(paths.stack_file("staging"))["config"]["etcd:clientCidrs"] == ["192.168.0.1/32"]
    with pytest.raises(CliError, match=r"Pulumi\.sandbox\.yaml is missing.*`git checkout Pulumi\.sandbox\.yaml`"):
        stackfile.generate(paths, toolchain, "other")


def test_default_version_is_the_programs() -> None:
    from components.settings.model import Settings

    assert Settings.model_fields["etcd_version"].default == stackfile.DEFAULT_VERSION
