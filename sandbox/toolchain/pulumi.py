"""Pulumi's programs and plugins: the user's own CLI with the published plugins, else all built here."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox.toolchain import gobuild, plugins
from sandbox.toolchain.buildlog import BuildLog
from sandbox.toolchain.errors import ToolchainError
from sandbox.toolchain.store import Part, Store, key_of

PROGRAMS = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")


@dataclass(frozen=True)
class Pulumi:
    """The programs to put on PATH, and the folder to use as $PULUMI_HOME/plugins."""

    programs: list[Path]
    plugins: Path


def obtain(store: Store, python: Path) -> Pulumi:
    """Prefer a CLI on PATH that can fetch the published plugins; what has been built already is not tried again."""
    engine, language = gobuild.engine(), gobuild.language_host()
    pulumi = store.path(engine) / "pulumi"
    aws, tls = gobuild.aws_plugin(pulumi), gobuild.tls_plugin(pulumi)
    built = plugins.built(
        pulumi, python, {part.name: store.path(part) / f"pulumi-resource-{part.name}" for part in (aws, tls)}
    )
    if not store.has(built) and (published := _published(store)):
        return published
    folders = [store.obtain(part) for part in (engine, language)]
    if not store.has(built):
        store.obtain(tls)
        store.obtain(aws)
    found = {path.name: path for folder in folders for path in folder.iterdir()}
    return Pulumi([found[name] for name in PROGRAMS], store.obtain(built))


def _published(store: Store) -> Pulumi | None:
    on_path = shutil.which("pulumi")
    if not on_path:
        return None
    own = Path(on_path).resolve()
    programs = [own.with_name(name) for name in PROGRAMS]
    if missing := [path.name for path in programs if not path.exists()]:
        store.progress.say(f"{own} is not used: no {' and no '.join(missing)} beside it; building Pulumi")
        return None
    try:
        return Pulumi(programs, store.obtain(plugins.published(own)))
    except ToolchainError as error:
        store.progress.say(f"{own} is not used: {str(error).splitlines()[0]}; building Pulumi")
        return None


def program_folder(store: Store, programs: list[Path]) -> Part:
    """One folder to put on PATH. The engine and its language host look beside the file they really are."""

    def fill(folder: Path, _log: BuildLog) -> None:
        for program in programs:
            link = folder / program.name
            if program.is_relative_to(store.root):
                link.hardlink_to(program)
            else:
                link.symlink_to(program)

    return Part("bin", f"{len(programs)} programs", key_of("links", *map(os.fspath, programs)), fill)
