"""Which Pulumi is used: the user's own CLI where it can fetch the published plugins, else what is built."""

import io
from pathlib import Path

import pytest

from sandbox.toolchain import gobuild, host, pins, plugins, pulumi
from sandbox.toolchain.buildlog import BuildLog
from sandbox.toolchain.progress import Progress
from sandbox.toolchain.store import Part, Store

pytestmark = pytest.mark.unit
DOWNLOADS = 'mkdir -p "$PULUMI_HOME/plugins/resource-$4-$5"'


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store where building is quick, with no CLI on PATH."""

    def part(name: str, *files: str) -> Part:
        def fill(folder: Path, _log: BuildLog) -> None:
            for file in files:
                (folder / file).touch()

        return Part(name, "1", "key", fill)

    monkeypatch.setattr(host, "go_version", lambda: "go1.26.3")
    monkeypatch.setattr(gobuild, "engine", lambda: part("engine", "pulumi", "pulumi-language-python-exec"))
    monkeypatch.setattr(gobuild, "language_host", lambda: part("language", "pulumi-language-python"))
    monkeypatch.setattr(plugins, "built", lambda *_: part("plugins", "built-here"))
    monkeypatch.setattr(gobuild, "tls_plugin", lambda _: part("tls"))
    monkeypatch.setattr(gobuild, "aws_plugin", lambda _: part("aws"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    return Store(tmp_path / "cache", Progress(io.StringIO()))


def own_cli(tmp_path: Path, version: str, install: str, programs: tuple[str, ...] = pulumi.PROGRAMS) -> Path:
    folder = tmp_path / "path"
    folder.mkdir()
    for name in programs:
        (folder / name).write_text(f'#!/bin/sh\ncase "$1" in version) echo {version};; plugin) {install};; esac\n')
        (folder / name).chmod(0o755)
    return folder


def said(store: Store) -> str:
    out = store.progress._out
    assert isinstance(out, io.StringIO)
    return out.getvalue()


def test_without_a_cli_all_is_built(store: Store) -> None:
    found = pulumi.obtain(store, Path("python"))
    assert [path.name for path in found.programs] == list(pulumi.PROGRAMS)
    assert all(path.is_relative_to(store.root) for path in found.programs)
    assert (found.plugins / "built-here").exists()


def test_a_cli_that_can_download_is_preferred(store: Store, tmp_path: Path) -> None:
    folder = own_cli(tmp_path, f"v{pins.PULUMI}", DOWNLOADS)
    found = pulumi.obtain(store, Path("python"))
    assert found.programs == [folder / name for name in pulumi.PROGRAMS]
    wanted = {f"resource-{name}-v{version}" for name, version in pins.PLUGINS.items()}
    assert {path.name for path in found.plugins.iterdir()} == wanted
    assert not (store.root / "engine").exists()


@pytest.mark.parametrize(
    ("version", "install", "programs", "reason"),
    [
        ("v3.200.1", DOWNLOADS, pulumi.PROGRAMS, "is v3.200.1, older than"),
        (f"v{pins.PULUMI}", "exit 255", pulumi.PROGRAMS, "exit status 255: "),
        (f"v{pins.PULUMI}", DOWNLOADS, ("pulumi",), "no pulumi-language-python and no"),
    ],
)
def test_a_cli_that_cannot_serve_is_named_with_the_reason_and_all_is_built(
    store: Store, tmp_path: Path, version: str, install: str, programs: tuple[str, ...], reason: str
) -> None:
    own_cli(tmp_path, version, install, programs)
    found = pulumi.obtain(store, Path("python"))
    assert (found.plugins / "built-here").exists()
    assert reason in said(store)


def test_a_download_that_hangs_is_given_up(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "FIRST_DOWNLOAD_SECONDS", 0.2)
    own_cli(tmp_path, f"v{pins.PULUMI}", "exec sleep 60")
    pulumi.obtain(store, Path("python"))
    assert "no end after 0.2 s" in said(store)


def test_what_has_been_built_is_used_without_trying_to_download(store: Store, tmp_path: Path) -> None:
    built = pulumi.obtain(store, Path("python"))
    own_cli(tmp_path, f"v{pins.PULUMI}", "exit 255")
    assert pulumi.obtain(store, Path("python")) == built
    assert "255" not in said(store)
