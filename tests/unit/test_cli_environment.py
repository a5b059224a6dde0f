"""Programs inside the region see the region's EC2 API and cluster, and nothing of the user's own."""

from pathlib import Path

import pytest

from sandbox.cli import environment, programs, stackfile
from sandbox.cli.paths import CliError, RegionPaths
from sandbox.toolchain import Release, Toolchain

pytestmark = pytest.mark.unit


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


def test_users_own_clouds_agents_and_proxies_stay_outside(paths: RegionPaths, toolchain: Toolchain) -> None:
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

    inside = environment.variables(paths, toolchain, mine, "sandbox")

    left = {name: inside.get(name) for name in mine}
    assert left == {
        **dict.fromkeys(mine),
        "HOME": "/root",
        "PATH": f"{paths.folder}/bin:{toolchain.venv}/bin:{toolchain.bin}:/usr/bin",
        "PULUMI_BACKEND_URL": f"file://{paths.backend}",
    }
    assert inside["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert inside["PULUMI_HOME"] == str(paths.folder / "pulumi")


def test_etcdctl_is_set_up_once_the_access_files_are_there(paths: RegionPaths, toolchain: Toolchain) -> None:
    assert "ETCDCTL_ENDPOINTS" not in environment.variables(paths, toolchain, {}, "sandbox")
    paths.access.mkdir(parents=True)
    (paths.access / "endpoints").write_text("https://192.168.0.100:2379\n", encoding="utf-8")

    inside = environment.variables(paths, toolchain, {}, "sandbox")

    assert inside["ETCDCTL_ENDPOINTS"] == "https://192.168.0.100:2379"
    assert inside["ETCDCTL_KEY"] == str(paths.access / "admin.key")


def test_flag_of_etcdctl_wins_over_the_environment_instead_of_killing_it() -> None:
    variables = {"ETCDCTL_ENDPOINTS": "https://a:2379", "ETCDCTL_CERT": "a.crt", "PATH": "/bin"}

    left = programs.flags_first(
        variables, ["etcdctl", "member", "list", "--endpoints=https://b:2379", "--cert", "b.crt"]
    )

    assert left == {"PATH": "/bin"}
    assert programs.flags_first(variables, ["python", "--endpoints=x"]) == variables


def test_regions_name_is_checked_before_it_becomes_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_REGION", "../x")
    with pytest.raises(CliError, match=r"SANDBOX_REGION='../x'"):
        RegionPaths.from_environment()


def test_a_region_keeps_to_the_stack_it_was_brought_up_with(paths: RegionPaths) -> None:
    assert paths.stack == "sandbox"
    paths.remember("prod")
    assert paths.stack == "prod"


@pytest.fixture
def tracked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stackfile, "CHECKOUT", tmp_path)
    path = tmp_path / "Pulumi.sandbox.yaml"
    path.write_text("config:\n  aws:endpoints: []\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("tracked")
def test_preparing_twice_changes_nothing(paths: RegionPaths, toolchain: Toolchain) -> None:
    environment.prepare(paths, toolchain, "sandbox")
    before = {path: path.lstat().st_mtime_ns for path in paths.folder.glob("**/*.yaml")}
    environment.prepare(paths, toolchain, "sandbox")
    assert {path: path.lstat().st_mtime_ns for path in paths.folder.glob("**/*.yaml")} == before
    assert (paths.pulumi_home / "plugins").readlink() == toolchain.plugins


@pytest.mark.usefixtures("tracked")
def test_the_engine_cannot_log_what_passes_through_it_even_where_it_did_before(
    paths: RegionPaths, toolchain: Toolchain
) -> None:
    (paths.pulumi_home / "logs").mkdir(parents=True)
    (paths.pulumi_home / "logs" / "old.log").touch()
    for _ in range(2):
        environment.prepare(paths, toolchain, "sandbox")
        assert (paths.pulumi_home / "logs").is_file()
