"""Commands inside the region see the region's cloud and cluster, and nothing of the user's own."""

from pathlib import Path

import pytest
import yaml

from sandbox.cli import commands, environment, stackfile
from sandbox.cli.paths import FrontDoorError, Place
from sandbox.toolchain import Release, Toolchain

pytestmark = pytest.mark.unit


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "state", "local")


@pytest.fixture
def toolchain(tmp_path: Path) -> Toolchain:
    cache = tmp_path / "cache"
    releases = {
        version: Release(cache / f"etcd-v{version}.tar.gz", f"sum-{version}") for version in ("3.5.11", "3.5.33")
    }
    return Toolchain(cache / "venv", cache / "bin", cache / "plugins", releases, cache / "image", ())


def test_users_own_clouds_agents_and_proxies_stay_outside(place: Place, toolchain: Toolchain) -> None:
    mine = {
        "PATH": "/usr/bin",
        "HOME": "/root",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "x",
        "ETCDCTL_USER": "root",
        "HTTPS_PROXY": "http://proxy",
        "no_proxy": "*",
        "PULUMI_ACCESS_TOKEN": "pul-1",
        "PULUMI_BACKEND_URL": "s3://production",
        "SSH_AUTH_SOCK": "/run/agent",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    inside = environment.variables(place, toolchain, mine, "sandbox")

    left = {name: inside.get(name) for name in mine}
    assert left == {
        **dict.fromkeys(mine),
        "HOME": "/root",
        "PATH": f"{place.folder}/bin:{toolchain.venv}/bin:{toolchain.bin}:/usr/bin",
        "PULUMI_BACKEND_URL": f"file://{place.backend}",
    }
    assert inside["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert inside["PULUMI_HOME"] == str(place.folder / "pulumi")


def test_etcdctl_is_set_up_once_the_access_files_are_there(place: Place, toolchain: Toolchain) -> None:
    assert "ETCDCTL_ENDPOINTS" not in environment.variables(place, toolchain, {}, "sandbox")
    place.access.mkdir(parents=True)
    (place.access / "endpoints").write_text("https://192.168.0.100:2379\n", encoding="utf-8")

    inside = environment.variables(place, toolchain, {}, "sandbox")

    assert inside["ETCDCTL_ENDPOINTS"] == "https://192.168.0.100:2379"
    assert inside["ETCDCTL_KEY"] == str(place.access / "admin.key")


def test_flag_of_etcdctl_wins_over_the_environment_instead_of_killing_it() -> None:
    variables = {"ETCDCTL_ENDPOINTS": "https://a:2379", "ETCDCTL_CERT": "a.crt", "PATH": "/bin"}

    left = commands.flags_first(
        variables, ["etcdctl", "member", "list", "--endpoints=https://b:2379", "--cert", "b.crt"]
    )

    assert left == {"PATH": "/bin"}
    assert commands.flags_first(variables, ["python", "--endpoints=x"]) == variables


@pytest.mark.parametrize(
    ("arguments", "stack"),
    [
        (["pulumi", "up"], "sandbox"),
        (["pulumi", "preview", "-s", "other"], "other"),
        (["pulumi", "preview", "--stack", "organization/etcd/other"], "other"),
        (["pulumi", "preview", "--stack=etcd/other"], "other"),
        (["pulumi", "preview", "-s"], "sandbox"),
    ],
)
def test_config_file_follows_the_stack_named_on_the_command_line(arguments: list[str], stack: str) -> None:
    assert environment.chosen_stack(arguments, "sandbox") == stack


def test_regions_name_is_checked_before_it_becomes_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_REGION", "../x")
    with pytest.raises(FrontDoorError, match=r"SANDBOX_REGION='../x'"):
        Place.from_environment()


@pytest.fixture
def tracked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stackfile, "CHECKOUT", tmp_path)
    path = tmp_path / "Pulumi.sandbox.yaml"
    path.write_text("config:\n  aws:region: us-east-1\n  etcd:size: 3\n", encoding="utf-8")
    return path


def generated(place: Place, toolchain: Toolchain) -> dict[str, object]:
    stackfile.generate(place, toolchain, "sandbox")
    content: dict[str, object] = yaml.safe_load(place.stack_file("sandbox").read_text(encoding="utf-8"))
    return content


def set_in_copy(place: Place, **top: object) -> None:
    path = place.stack_file("sandbox")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text(encoding="utf-8")), **top}), encoding="utf-8")


@pytest.mark.usefixtures("tracked")
def test_stack_file_names_the_release_built_here(place: Place, toolchain: Toolchain) -> None:
    assert generated(place, toolchain)["config"] == {
        "aws:region": "us-east-1",
        "etcd:size": 3,
        "etcd:releaseFile": str(toolchain.releases["3.5.11"].tarball),
        "etcd:releaseSha256": "sum-3.5.11",
    }


def test_stack_file_keeps_salt_and_what_was_set_here_and_follows_the_tracked_rest(
    place: Place, toolchain: Toolchain, tracked: Path
) -> None:
    config = generated(place, toolchain)["config"]
    assert isinstance(config, dict)
    set_in_copy(place, encryptionsalt="v1:salt", config={**config, "etcd:quotaMib": 4096})
    tracked.write_text("config:\n  aws:region: eu-west-1\n", encoding="utf-8")

    fresh = generated(place, toolchain)

    assert fresh["encryptionsalt"] == "v1:salt"
    assert fresh["config"] == {
        "aws:region": "eu-west-1",
        "etcd:quotaMib": 4096,
        "etcd:releaseFile": str(toolchain.releases["3.5.11"].tarball),
        "etcd:releaseSha256": "sum-3.5.11",
    }


def test_a_stack_for_aws_is_the_same_in_the_region_but_for_where_aws_and_people_are(
    place: Place, toolchain: Toolchain, tracked: Path
) -> None:
    tracked.write_text(
        "config:\n  aws:region: us-east-1\n  aws:endpoints: here\n  etcd:clientCidrs: [192.168.0.1/32]\n",
        encoding="utf-8",
    )
    tracked.with_name("Pulumi.prod.yaml").write_text(
        "config:\n  aws:region: eu-west-1\n  etcd:access: bastion\n  etcd:operatorCidrs: [203.0.113.7/32]\n",
        encoding="utf-8",
    )

    stackfile.generate(place, toolchain, "prod")

    config = yaml.safe_load(place.stack_file("prod").read_text(encoding="utf-8"))["config"]
    assert {key: value for key, value in config.items() if "release" not in key} == {
        "aws:region": "eu-west-1",
        "aws:endpoints": "here",
        "etcd:access": "bastion",
        "etcd:operatorCidrs": ["198.51.100.1/32"],
        "etcd:clientCidrs": ["192.168.0.1/32"],
    }


def test_a_region_keeps_to_the_stack_it_was_brought_up_with(place: Place) -> None:
    assert place.stack == "sandbox"
    place.remember("prod")
    assert place.stack == "prod"
    assert commands.stack_of(["etcdctl", "-s", "x"], place.stack) == "prod"


def test_value_that_pulumi_only_wrote_differently_still_follows_the_tracked_file(
    place: Place, toolchain: Toolchain, tracked: Path
) -> None:
    tracked.write_text("config:\n  aws:skip: true\n  etcd:size: 3\n  etcd:list:\n    - 1\n", encoding="utf-8")
    config = generated(place, toolchain)["config"]
    assert isinstance(config, dict)
    set_in_copy(place, config={**config, "aws:skip": "true", "etcd:size": "3", "etcd:list": ["1"]})
    tracked.write_text("config:\n  etcd:size: 5\n", encoding="utf-8")

    fresh = generated(place, toolchain)["config"]

    assert isinstance(fresh, dict)
    assert {key: value for key, value in fresh.items() if "release" not in key} == {"etcd:size": 5}


@pytest.mark.usefixtures("tracked")
def test_release_follows_the_version_there_and_back(place: Place, toolchain: Toolchain) -> None:
    config = generated(place, toolchain)["config"]
    assert isinstance(config, dict)
    set_in_copy(place, config={**config, "etcd:etcdVersion": "3.5.33"})
    upgraded = generated(place, toolchain)["config"]
    assert isinstance(upgraded, dict)
    assert upgraded["etcd:releaseSha256"] == "sum-3.5.33"
    assert generated(place, toolchain)["config"] == upgraded

    set_in_copy(place, config={key: value for key, value in upgraded.items() if key != "etcd:etcdVersion"})

    assert generated(place, toolchain)["config"] == config


@pytest.mark.usefixtures("tracked")
def test_preparing_twice_changes_nothing(place: Place, toolchain: Toolchain) -> None:
    environment.prepare(place, toolchain, "sandbox")
    before = {path: path.lstat().st_mtime_ns for path in place.folder.glob("**/*.yaml")}
    environment.prepare(place, toolchain, "sandbox")
    assert {path: path.lstat().st_mtime_ns for path in place.folder.glob("**/*.yaml")} == before
    assert (place.pulumi_home / "plugins").readlink() == toolchain.plugins


@pytest.mark.usefixtures("tracked")
def test_the_engine_cannot_log_what_passes_through_it_even_where_it_did_before(
    place: Place, toolchain: Toolchain
) -> None:
    (place.pulumi_home / "logs").mkdir(parents=True)
    (place.pulumi_home / "logs" / "old.log").touch()
    for _ in range(2):
        environment.prepare(place, toolchain, "sandbox")
        assert (place.pulumi_home / "logs").is_file()


def test_default_version_is_the_programs() -> None:
    from components.settings.model import Settings

    assert Settings.model_fields["etcd_version"].default == stackfile.DEFAULT_VERSION
