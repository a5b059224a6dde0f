"""Files, texts and directories arrive where `cp` would put them."""

import os
import time
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from tests.plugin.plugin import Plugin, Properties, urn
from tests.plugin.ssh_servers import SshServers

COPY = "command:remote:CopyToRemote"
SIGNATURE = "4dabf18193072939515e22adb298388d"
ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17"}
ARCHIVE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"}
MIB = 1024 * 1024


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "a/b").mkdir(parents=True)
    (root / "top").write_text("top")
    (root / "a/b/deep").write_text("deep")
    (root / "empty").mkdir()
    return root


@pytest.fixture
def inputs(servers: SshServers) -> Properties:
    return {"connection": servers.connection(servers.first)}


def files(root: Path) -> dict[str, str | None]:
    return {str(path.relative_to(root)): path.read_text() if path.is_file() else None for path in root.rglob("*")}


@pytest.mark.parametrize(
    ("slash", "exists", "arrives_in"),
    [("", False, "new-1/tree"), ("", True, "old-1/tree"), ("/", False, "new-2"), ("/", True, "old-2")],
)
def test_a_directory(
    plugin: Plugin, servers: SshServers, inputs: Properties, tree: Path, slash: str, exists: bool, arrives_in: str
) -> None:
    destination = f"/tmp/dirs/{arrives_in.split('/', maxsplit=1)[0]}"
    if exists:
        servers.file(destination).mkdir(parents=True)
    plugin.create(COPY, {**inputs, "source": {**ARCHIVE, "path": f"{tree}{slash}"}, "remotePath": destination})
    assert files(servers.file(f"/tmp/dirs/{arrives_in}")) == files(tree)


def test_a_file_into_a_directory_or_over_a_file(
    plugin: Plugin, servers: SshServers, inputs: Properties, tree: Path
) -> None:
    source = {**ASSET, "path": str(tree / "top")}
    servers.file("/tmp/into").mkdir()
    servers.file("/tmp/over").write_text("something longer than before")
    for destination in ("/tmp/into", "/tmp/over", "/tmp/made/on/the/way/top"):
        plugin.create(COPY, {**inputs, "source": source, "remotePath": destination})
    for arrived in ("/tmp/into/top", "/tmp/over", "/tmp/made/on/the/way/top"):
        assert servers.file(arrived).read_text() == "top"


def test_an_archive_file_is_not_unpacked(
    plugin: Plugin, servers: SshServers, inputs: Properties, tmp_path: Path
) -> None:
    (tmp_path / "etcd.tar.gz").write_bytes(b"\x1f\x8b\x00")
    source = {**ARCHIVE, "path": str(tmp_path / "etcd.tar.gz")}
    plugin.create(COPY, {**inputs, "source": source, "remotePath": "/tmp/etcd.tar.gz"})
    assert servers.file("/tmp/etcd.tar.gz").read_bytes() == b"\x1f\x8b\x00"


def test_a_text(plugin: Plugin, servers: SshServers, inputs: Properties) -> None:
    plugin.create(COPY, {**inputs, "source": {**ASSET, "text": "naïve\n"}, "remotePath": "/tmp/text/made"})
    assert servers.file("/tmp/text/made").read_text() == "naïve\n"


def test_a_directory_over_a_file_is_refused(
    plugin: Plugin, servers: SshServers, inputs: Properties, tree: Path
) -> None:
    servers.file("/tmp/in-the-way").write_text("")
    source = {**ARCHIVE, "path": f"{tree}/"}
    error = plugin.create_error(COPY, {**inputs, "source": source, "remotePath": "/tmp/in-the-way"})
    assert error == "remote path /tmp/in-the-way exists but is not a directory"


def test_a_missing_source_is_told(plugin: Plugin, inputs: Properties) -> None:
    source = {**ASSET, "path": "/no/such/file"}
    error = plugin.create_error(COPY, {**inputs, "source": source, "remotePath": "/tmp/x"})
    assert error == "open /no/such/file: no such file or directory"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({**ASSET, "uri": "https://example.com/x"}, "asset must be a path-based file asset or a text asset"),
        ({**ARCHIVE, "assets": {}}, "archive must be a path to a file or directory"),
        ("plain text", "either asset or archive must be set"),
    ],
)
def test_other_sources_are_refused(plugin: Plugin, inputs: Properties, source: object, reason: str) -> None:
    checked = plugin.check(COPY, {**inputs, "source": source, "remotePath": "/tmp/x"})
    assert [failure.reason for failure in checked.failures] == [reason]


@pytest.mark.parametrize(
    ("changes", "copied"),
    [({"remotePath": "/tmp/again-2"}, True), ({"hash": "2"}, True), ({"triggers": ["b"]}, False)],
)
def test_an_update_copies_only_other_content_or_to_another_place(
    plugin: Plugin, servers: SshServers, inputs: Properties, tree: Path, changes: Properties, copied: bool
) -> None:
    source = {**ASSET, "path": str(tree / "top"), "hash": "1"}
    old = plugin.checked(COPY, {**inputs, "source": source, "remotePath": "/tmp/again"})
    plugin.stub.Create(provider_pb2.CreateRequest(urn=urn(COPY, "x"), properties=old))
    destination = servers.file(changes.get("remotePath", "/tmp/again"))
    destination.unlink(missing_ok=True)
    source |= {key: value for key, value in changes.items() if key == "hash"}
    place = {"remotePath": "/tmp/again", **{key: value for key, value in changes.items() if key != "hash"}}
    new = plugin.checked(COPY, {**inputs, "source": source, **place})
    plugin.stub.Update(provider_pb2.UpdateRequest(id="x", urn=urn(COPY, "x"), olds=old, news=new))
    assert destination.exists() == copied


def test_a_release_sized_file_copies_fast(
    plugin: Plugin, servers: SshServers, inputs: Properties, tmp_path: Path
) -> None:
    """It takes 0.2 s on two idle cores; many times that is allowed, as machines differ and are busy."""
    content = os.urandom(20 * MIB)
    (tmp_path / "big").write_bytes(content)
    properties = plugin.checked(
        COPY, {**inputs, "source": {**ASSET, "path": str(tmp_path / "big")}, "remotePath": "/tmp/big"}
    )
    started = time.monotonic()
    plugin.stub.Create(provider_pb2.CreateRequest(urn=urn(COPY, "x"), properties=properties))
    assert time.monotonic() - started < 6
    assert servers.file("/tmp/big").read_bytes() == content


def test_a_copy_to_an_unreachable_host_fails(plugin: Plugin, servers: SshServers, tree: Path) -> None:
    connection = servers.connection(servers.first, port=2222)
    properties = {"connection": connection, "source": {**ASSET, "path": str(tree / "top")}, "remotePath": "/tmp/x"}
    with pytest.raises(grpc.RpcError, match="connection refused"):
        plugin.stub.Create(provider_pb2.CreateRequest(urn=urn(COPY, "x"), properties=plugin.checked(COPY, properties)))
