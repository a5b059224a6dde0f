"""One member: everything that is done on its machine, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.etcd.certificates import MemberCertificates
from components.etcd.config import data_directory
from components.etcd.release import Release
from components.host.programs import program, unit
from components.remote import commands
from components.remote.commands import Script
from components.remote.hosts import Host
from components.topology import Member, Topology


@dataclass(frozen=True, kw_only=True)
class MemberVolume:
    """The data volume of a member.

    Attributes:
        volume_id: by which the machine finds the device.
        size_gib: its size, which the filesystem follows.
        attachment: once it exists, the machine has the volume.
    """

    volume_id: pulumi.Input[str]
    size_gib: int
    attachment: pulumi.CustomResource


@dataclass(frozen=True, kw_only=True)
class EtcdMemberArgs:
    """Inputs of a member.

    Attributes:
        cluster: name of the cluster, the first part of every resource's name.
        member: name, address and zone.
        topology: the member among the others.
        host: the machine it runs on.
        authorized_keys: public keys that log in there, one a line.
        running: once it exists, the machine runs.
        volume: the data volume.
        mount_point: where the data volume is mounted; etcd's directory lies below it.
        deleted_with: a resource that exists as long as the cluster: deleted with it, members need not be stopped in
            order.
        release: what is installed; `tarball` is its file here.
        certificates, ca_certificate: PEM.
        configuration: content of etcd's environment file.
        token: of this cluster's bootstrap; without it nothing starts on an empty directory.
        disruptive_inputs: whatever may stop the machine in place; a change makes the member prove its health again
            before the next one is touched.
    """

    cluster: str
    member: Member
    topology: Topology
    host: Host
    authorized_keys: pulumi.Input[str]
    running: pulumi.Resource
    volume: MemberVolume
    mount_point: str
    deleted_with: pulumi.Resource
    release: Release
    tarball: Path
    ca_certificate: pulumi.Input[str]
    certificates: MemberCertificates
    configuration: pulumi.Input[str]
    token: pulumi.Input[str]
    disruptive_inputs: str


class EtcdMember(pulumi.ComponentResource):
    """etcd installed, configured and started on one machine.

    Attributes:
        started: done when etcd was started; on a member that has joined before, when it is healthy. The next member's
            machine depends on it.
    """

    started: pulumi.Resource

    def __init__(self, name: str, args: EtcdMemberArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:etcd:Member", name, None, opts)
        self._args = args
        prepared = self._prepare()
        mounted = self._run("mount", Script("mount", self._volume), [prepared, args.volume.attachment])
        resized = self._resize_filesystem(mounted)
        self._stop_before_replacing([prepared, args.volume.attachment])
        configured = self._run("configure", Script("configure", self._files(), secret=True), [prepared])
        ready = [resized, self._install(prepared), configured]
        self.started = self._run("start", self._start(), [*ready, self._bootstrap(ready)])
        self.register_outputs({})

    def wait_healthy(self, timeout_seconds: int, depends_on: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """A command that is done when this member serves, and fails with its journal when it does not in time."""
        variables = {
            "endpoint": self._args.member.client_url,
            "size": str(len(self._args.topology)),
            "timeout_seconds": str(timeout_seconds),
        }
        script = Script("wait-healthy", variables, rerun_on=self._disruptive_inputs)
        return self._run("wait-healthy", script, depends_on)

    def _prepare(self) -> pulumi.Resource:
        args = self._args
        login = {"login": args.host.user, "authorized_keys": args.authorized_keys}
        script = Script("prepare", login, rerun_on=self._disruptive_inputs, wait_for_boot=True)
        return self._run("prepare", script, [args.running])

    def _resize_filesystem(self, mounted: pulumi.Resource) -> pulumi.Resource:
        size = {"size_gib": str(self._args.volume.size_gib)}
        script = Script("resize-filesystem", {**self._volume, **self._endpoints, **size})
        name = self._logical("resize-filesystem")
        return commands.run_on_change(name, self._args.host, script, parent=self, depends_on=[mounted])

    def _stop_before_replacing(self, depends_on: Sequence[pulumi.Resource]) -> None:
        """Before the machine or its volume is replaced, and never on `destroy`, etcd is stopped in order."""
        args = self._args
        commands.run_before_replacing(
            self._logical("stop"),
            args.host,
            Script("stop", {"mount_point": args.mount_point, **self._endpoints}),
            [args.host.instance_id, args.volume.attachment.id],
            parent=self,
            depends_on=depends_on,
            deleted_with=args.deleted_with,
        )

    def _install(self, prepared: pulumi.Resource) -> pulumi.Resource:
        args, copy_name = self._args, self._logical("release")
        tarball = f"/home/{args.host.user}/{args.tarball.name}"
        copy = commands.push(copy_name, args.host, args.tarball, tarball, parent=self, depends_on=[prepared])
        variables = {
            "version": args.release.version,
            "sha256": args.release.sha256,
            "tarball": tarball,
            "copy": copy_name,
        }
        return self._run("install", Script("install", variables), [copy])

    def _files(self) -> Mapping[str, pulumi.Input[str]]:
        args, certificates = self._args, self._args.certificates
        return {
            "ca_certificate": args.ca_certificate,
            "server_certificate": certificates.server.certificate,
            "server_key": certificates.server.private_key,
            "peer_certificate": certificates.peer.certificate,
            "peer_key": certificates.peer.private_key,
            "etcd_configuration": args.configuration,
            "unit": unit(args.mount_point),
            "start_guard": program("start-guard"),
            "mark_joined": program("mark-joined"),
        }

    def _bootstrap(self, depends_on: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """The only command that permits a start on an empty data directory, and only when it is created."""
        return self._run(
            "bootstrap", Script("bootstrap", {**self._member_variables, "token": self._args.token}), depends_on
        )

    def _start(self) -> Script:
        """Whatever may make a restart necessary is in `rerun_on`."""
        args = self._args
        variables = {**self._member_variables, "size": str(len(args.topology))}
        restarts = {
            "configuration": args.configuration,
            "ca_certificate": args.ca_certificate,
            "unit": unit(args.mount_point),
            "release": args.release.sha256,
        }
        return Script("start", variables, rerun_on={**restarts, **self._disruptive_inputs})

    @property
    def _member_variables(self) -> Mapping[str, pulumi.Input[str]]:
        """Variables of bootstrap and start: the member, its directories and its peers."""
        args = self._args
        return {
            "member": args.member.name,
            "mount_point": args.mount_point,
            "data_directory": data_directory(args.mount_point),
            "peer_urls": ",".join(peer.peer_url for peer in self._peers),
            **self._endpoints,
        }

    @property
    def _volume(self) -> Mapping[str, pulumi.Input[str]]:
        return {"volume_id": self._args.volume.volume_id, "mount_point": self._args.mount_point}

    @property
    def _endpoints(self) -> Mapping[str, str]:
        peers = ",".join(peer.client_url for peer in self._peers)
        return {"endpoint": self._args.member.client_url, "peer_endpoints": peers}

    @property
    def _disruptive_inputs(self) -> Mapping[str, str]:
        return {"disruptive_inputs": self._args.disruptive_inputs}

    @property
    def _peers(self) -> list[Member]:
        return [peer for peer in self._args.topology if peer.name != self._args.member.name]

    def _run(self, role: str, script: Script, depends_on: Sequence[pulumi.Resource]) -> pulumi.Resource:
        return commands.run(self._logical(role), self._args.host, script, parent=self, depends_on=depends_on)

    def _logical(self, role: str) -> str:
        return f"{self._args.cluster}-{role}-{self._args.member.name}"
