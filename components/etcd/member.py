"""One member: everything that is done on its machine, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pulumi

from components import remote
from components.etcd.pki import MemberCertificates
from components.etcd.release import Release
from components.remote import Script
from components.topology import Member, Topology


@dataclass(frozen=True, kw_only=True)
class EtcdMemberArgs:
    """What a member is made from.

    Attributes:
        cluster: name of the cluster, the first part of every resource's name.
        member: name, address and zone.
        topology: the member among the others.
        host: the machine it lives on.
        booted: with these done, the machine is up.
        attached: with these done, the data volume is there.
        volume_id: ID of the data volume.
        volume_size_gib: its size, which the filesystem follows.
        attachment_id: ID of its attachment to the machine.
        kept_with: a resource that lives as long as the cluster: deleted with it, members need not be stopped in order.
        release: what is installed; `tarball` is its file here.
        certificates, ca_certificate: PEM.
        configuration: content of /etc/etcd/etcd.conf.
        token: of this birth of the cluster; without it nothing starts on an empty directory.
        mount_point: where the data volume is mounted.
        data_directory: etcd's own directory on it.
        machine_facts: whatever may stop the machine in place; a change makes the member prove its health again before
            the next one is touched.
    """

    cluster: str
    member: Member
    topology: Topology
    host: remote.Host
    booted: Sequence[pulumi.Resource]
    attached: Sequence[pulumi.Resource]
    volume_id: pulumi.Input[str]
    volume_size_gib: int
    attachment_id: pulumi.Input[str]
    kept_with: pulumi.Resource
    release: Release
    tarball: Path
    ca_certificate: pulumi.Input[str]
    certificates: MemberCertificates
    configuration: pulumi.Input[str]
    token: pulumi.Input[str]
    mount_point: str
    data_directory: str
    machine_facts: str


class EtcdMember(pulumi.ComponentResource):
    """etcd installed, configured and started on one machine.

    Attributes:
        started: done when etcd was started; on a member that has joined before, when it is healthy. The next member's
            machine waits for it.
    """

    started: pulumi.Resource

    def __init__(self, name: str, args: EtcdMemberArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:etcd:Member", name, None, opts)
        self._args = args
        login = Script("ready", {**args.host.login, "machine_facts": args.machine_facts}, first_contact=True)
        ready = self._run(login, args.booted)
        mount = Script("mount", {"volume_id": args.volume_id, "mount_point": args.mount_point})
        mounted = self._run(mount, [ready, *args.attached])
        grown = self._run(Script("grow", self._growth(), on_change_only=True), [mounted])
        self._quiesce([ready, *args.attached])
        configured = self._run(Script("configure", self._files(), secret=True), [ready])
        self.started = self._run(Script("start", self._start()), [grown, self._install(ready), configured])
        self.register_outputs({})

    def gate(self, timeout_seconds: int, depends_on: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """A command that is done when this member serves, and fails with its journal when it does not in time."""
        variables = {
            "endpoint": self._args.member.client_url,
            "size": str(len(self._args.topology)),
            "timeout_seconds": str(timeout_seconds),
            "machine_facts": self._args.machine_facts,
        }
        return self._run(Script("healthy", variables), depends_on)

    def _quiesce(self, depends_on: Sequence[pulumi.Resource]) -> None:
        """Before the machine or its volume is replaced, and never on `destroy`, etcd is stopped in order."""
        args = self._args
        variables = {
            "mount_point": args.mount_point,
            "endpoint": args.member.client_url,
            "other_endpoints": self._other_client_urls,
        }
        script = Script("quiesce", variables, before_loss_of=[args.host.instance_id, args.attachment_id])
        name = self._logical(script.name)
        remote.run(name, args.host, script, parent=self, depends_on=depends_on, deleted_with=args.kept_with)

    def _growth(self) -> Mapping[str, pulumi.Input[str]]:
        args = self._args
        return {
            "volume_id": args.volume_id,
            "size_gib": str(args.volume_size_gib),
            "mount_point": args.mount_point,
            "endpoint": args.member.client_url,
            "other_endpoints": self._other_client_urls,
        }

    def _install(self, ready: pulumi.Resource) -> pulumi.Resource:
        args = self._args
        tarball = f"/home/{args.host.user}/{args.tarball.name}"
        copy = remote.push(self._logical("release"), args.host, args.tarball, tarball, parent=self, depends_on=[ready])
        variables = {"version": args.release.version, "sha256": args.release.sha256, "tarball": tarball}
        return self._run(Script("install", {**variables, "copy": self._logical("release")}), [copy])

    def _files(self) -> Mapping[str, pulumi.Input[str]]:
        args, certificates = self._args, self._args.certificates
        return {
            "ca_certificate": args.ca_certificate,
            "server_certificate": certificates.server.certificate,
            "server_key": certificates.server.private_key,
            "peer_certificate": certificates.peer.certificate,
            "peer_key": certificates.peer.private_key,
            "configuration": args.configuration,
            "unit": unit(args.mount_point),
            "guard": (remote.SCRIPTS / "guard.sh").read_text(),
            "joined": (remote.SCRIPTS / "joined.sh").read_text(),
        }

    def _start(self) -> Mapping[str, pulumi.Input[str]]:
        """All that may make a restart necessary is among these, so that a change of it comes here."""
        args = self._args
        return {
            "mount_point": args.mount_point,
            "data_directory": args.data_directory,
            "size": str(len(args.topology)),
            "token": args.token,
            "endpoint": args.member.client_url,
            "other_endpoints": self._other_client_urls,
            "other_peers": ",".join(other.peer_url for other in self._others),
            "configuration": args.configuration,
            "ca_certificate": args.ca_certificate,
            "unit": unit(args.mount_point),
            "release": args.release.sha256,
            "machine_facts": args.machine_facts,
        }

    @property
    def _others(self) -> list[Member]:
        return [other for other in self._args.topology if other.name != self._args.member.name]

    @property
    def _other_client_urls(self) -> str:
        return ",".join(other.client_url for other in self._others)

    def _run(self, script: Script, depends_on: Sequence[pulumi.Resource]) -> pulumi.Resource:
        name = self._logical(script.name)
        return remote.run(name, self._args.host, script, parent=self, depends_on=depends_on)

    def _logical(self, role: str) -> str:
        return f"{self._args.cluster}-{role}-{self._args.member.name}"


def unit(mount_point: str) -> str:
    """Content of /etc/systemd/system/etcd.service."""
    return Template((remote.SCRIPTS / "etcd.service").read_text()).substitute(mount_point=mount_point)
