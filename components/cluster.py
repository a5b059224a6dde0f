"""EtcdCluster: the public component, from the VPC to healthy members."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from components.aws import preflight
from components.aws.ami import debian_image
from components.aws.iam import member_profile
from components.aws.kms import KeyArgs, volume_key
from components.aws.machine import Machine, MachineArgs
from components.aws.placement_group import spread_group
from components.aws.security_groups import MemberSecurityGroup, MemberSecurityGroupArgs
from components.aws.specs import BastionSpec, DataVolumeSpec, ExistingVpc, IngressSpec, InstanceSpec, NewVpc, SshKeySpec
from components.aws.ssh_access import SshAccess, SshAccessArgs
from components.aws.vpc import Vpc, VpcArgs
from components.changes.guard import require_healthy_peers
from components.changes.order import RollingOrder
from components.changes.record import ClusterRecord, keep_cluster_record, keep_ssh_key_generation
from components.etcd.bootstrap import Bootstrap
from components.etcd.certificates import Certificates, CertificatesArgs, KeyPair, Lifetimes
from components.etcd.config import EtcdConfig, Tuning, render
from components.etcd.member import EtcdMember, EtcdMemberArgs, MemberVolume
from components.etcd.release import Release
from components.topology import Member, Topology

HEALTH_TIMEOUT_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class EtcdClusterArgs:
    """Inputs of a cluster. All of it decides which resources exist, so nothing is an output.

    Attributes:
        topology: the members, with fixed addresses inside the subnet of their zone.
        vpc: the VPC and its subnets, new or existing.
        ingress: who reaches the members.
        instance: the EC2 instance of each member.
        volume: the data volume of each member.
        kms_key_arn: the key that encrypts the volumes; empty makes one.
        replace_volume_of: the member whose volume an empty one may replace where its key differs; empty for none.
        release: the version to install, with its checksum.
        tarball: the verified release on this machine; it is pushed, since members have no internet access.
        tuning: etcd's own settings.
        mount_point: where the data volume is mounted; etcd's directory lies below it.
        lifetimes: how long certificates live.
        replace_machines: names of the members whose machines follow newer images.
        deletion_protection: instances, network interfaces, volumes and their key are neither deleted nor replaced.
        ssh_keys: what logs in on the machines.
        bastion: the machine that every connection goes through; None where the operator has a route to the members.
        tags: put on every resource that takes tags.
    """

    topology: Topology
    vpc: NewVpc | ExistingVpc
    ingress: IngressSpec
    instance: InstanceSpec
    volume: DataVolumeSpec
    release: Release
    tarball: Path
    tuning: Tuning
    mount_point: str
    lifetimes: Lifetimes
    replace_machines: Collection[str] = ()
    kms_key_arn: str = ""
    replace_volume_of: str = ""
    deletion_protection: bool = False
    ssh_keys: SshKeySpec = field(default_factory=SshKeySpec)
    bastion: BastionSpec | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MemberOutputs:
    """One member after `up`."""

    member: Member
    instance_id: pulumi.Input[str]
    volume_id: pulumi.Output[str]
    certificate_expires: pulumi.Output[str]


class EtcdCluster(pulumi.ComponentResource):
    """An etcd cluster on machines of its own, over mutual TLS.

    Attributes:
        ca_certificate: PEM of the CA that signed every certificate of the cluster.
        admin: a client certificate and its key.
        access: the login on the machines, and the way to them.
        members: by name.
    """

    ca_certificate: pulumi.Output[str]
    admin: KeyPair
    access: SshAccess
    members: Mapping[str, MemberOutputs]

    def __init__(self, name: str, args: EtcdClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:index:EtcdCluster", name, None, opts)
        self._name, self._args = name, args
        preflight.check(
            args.topology, args.instance, args.vpc, args.ingress, args.bastion, args.kms_key_arn, parent=self
        )
        # Everything that a zone decides lies in the VPC or a machine, so these depend on the record.
        self._record = keep_cluster_record(name, _record(args), self)
        child = pulumi.ResourceOptions(parent=self)
        after_record = pulumi.ResourceOptions(parent=self, depends_on=self._record)
        self._vpc = Vpc(name, VpcArgs(spec=args.vpc, tags=args.tags), after_record)
        self._security_group = MemberSecurityGroup(
            name, MemberSecurityGroupArgs(vpc_id=self._vpc.id, ingress=args.ingress, tags=args.tags), after_record
        )
        self._spread = spread_group(name, args.topology, args.tags, self)
        self._bootstrap = Bootstrap(name, self)
        self._image = debian_image(args.instance.architecture, self)
        self._key = volume_key(name, _key_args(args), after_record)
        self._profile = member_profile(name, args.tags, self)
        self._certificates = Certificates(
            name, CertificatesArgs(topology=args.topology, lifetimes=args.lifetimes), child
        )
        self.access = SshAccess(name, self._access_args(), child)
        self.ca_certificate, self.admin = self._certificates.ca_certificate, self._certificates.admin
        self.members = self._build()
        self.register_outputs({"endpoints": args.topology.endpoints, "ca_certificate": self.ca_certificate})

    def _build(self) -> Mapping[str, MemberOutputs]:
        """The members in the order of components/changes/order.py, then a wait for the health of each."""
        outputs, built, order = {}, list[EtcdMember](), RollingOrder(self._bootstrap)
        for member in self._args.topology:
            machine = self._machine(member, order)
            built.append(self._member(member, machine))
            order.add(built[-1].started)
            outputs[member.name] = MemberOutputs(
                member=member,
                instance_id=machine.host.instance_id,
                volume_id=machine.volume.id,
                certificate_expires=self._certificates.members[member.name].server.expires,
            )
        for etcd in built:
            etcd.wait_healthy(HEALTH_TIMEOUT_SECONDS, order.started)
        keep_ssh_key_generation(self._name, self._args.ssh_keys.recorded_generation, self, order.started)
        return outputs

    def _disruptive_inputs(self, member: Member) -> str:
        """Whatever makes the provider stop or replace a machine."""
        args = self._args
        inputs = f"{args.instance.instance_type}, {'spread' if self._spread else 'anywhere'}"
        return f"{inputs}, encrypted anew" if args.replace_volume_of == member.name else inputs

    def _machine(self, member: Member, order: RollingOrder) -> Machine:
        args = self._args
        peers_checked = require_healthy_peers(
            self._name,
            member,
            args.topology,
            self.access,
            self._disruptive_inputs(member),
            parent=self,
            depends_on=[self._record, *order.previous],
        )
        return Machine(
            f"{self._name}-machine-{member.name}",
            MachineArgs(
                cluster=self._name,
                member=member.name,
                address=member.address,
                subnet=self._vpc.subnets[member.zone],
                security_group_id=self._security_group.id,
                image_id=self._image,
                replace=member.name in args.replace_machines,
                instance=args.instance,
                volume=args.volume,
                key_arn=self._key,
                replace_volume=args.replace_volume_of == member.name,
                protect=args.deletion_protection,
                profile=self._profile,
                access=self.access,
                placement_group=self._spread,
                depends_on=order.machine_waits_for(peers_checked),
                tags=args.tags,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=self._record),
        )

    def _member(self, member: Member, machine: Machine) -> EtcdMember:
        args = self._args
        volume = MemberVolume(
            volume_id=machine.volume.id, size_gib=args.volume.size_gib, attachment=machine.volume.attachment
        )
        return EtcdMember(
            f"{self._name}-member-{member.name}",
            EtcdMemberArgs(
                cluster=self._name,
                member=member,
                topology=args.topology,
                host=machine.host,
                authorized_keys=self.access.keys.authorized_keys,
                running=machine.running,
                volume=volume,
                mount_point=args.mount_point,
                deleted_with=self._record,
                release=args.release,
                tarball=args.tarball,
                ca_certificate=self._certificates.ca_certificate,
                certificates=self._certificates.members[member.name],
                configuration=self._bootstrap.token.apply(lambda token: self._configuration(member, token)),
                token=self._bootstrap.token,
                disruptive_inputs=self._disruptive_inputs(member),
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _configuration(self, member: Member, token: str) -> str:
        args = self._args
        return render(
            EtcdConfig(
                member=member,
                topology=args.topology,
                version=args.release.version,
                token=token,
                mount_point=args.mount_point,
                tuning=args.tuning,
                expose_metrics=bool(args.ingress.metrics),
            )
        )

    def _access_args(self) -> SshAccessArgs:
        args = self._args
        return SshAccessArgs(
            topology=args.topology,
            vpc_id=self._vpc.id,
            security_group=self._security_group,
            keys=args.ssh_keys,
            bastion=args.bastion,
            tags=args.tags,
        )


def _key_args(args: EtcdClusterArgs) -> KeyArgs:
    return KeyArgs(
        given=args.kms_key_arn, keep=args.volume.leaves_data, protect=args.deletion_protection, tags=args.tags
    )


def _record(args: EtcdClusterArgs) -> ClusterRecord:
    return ClusterRecord(
        topology=args.topology,
        network=args.vpc.recorded,
        architecture=args.instance.architecture,
        volume=args.volume,
        kms_key_arn=args.kms_key_arn,
        replace_volume_of=args.replace_volume_of,
        version=args.release.version,
    )
