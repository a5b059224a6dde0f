"""EtcdCluster: the public component, from the network to healthy members."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from components.aws import survey
from components.aws.access import Access, AccessArgs
from components.aws.encryption import KeyArgs, volume_key
from components.aws.hardware import Hardware
from components.aws.image import debian_image
from components.aws.keys import SshKeys
from components.aws.layout import BastionSpec
from components.aws.machine import Machine, MachineArgs
from components.aws.network import Network, NetworkArgs
from components.aws.placement import spread_group
from components.aws.profile import member_profile
from components.birth import Birth
from components.etcd.config import EtcdConfig, Tuning, data_directory, render
from components.etcd.member import EtcdMember, EtcdMemberArgs
from components.etcd.pki import KeyPair, Lifetimes, Pki, PkiArgs
from components.etcd.release import Release
from components.guards import Facts, TopologyGuard, keep_ssh_keys
from components.spare import ask_others
from components.topology import Member, Topology

GATE_TIMEOUT_SECONDS = 180


@dataclass(frozen=True, kw_only=True)
class EtcdClusterArgs:
    """What a cluster is made from. All of it decides which resources exist, so nothing is an output.

    Attributes:
        topology: the members, with fixed addresses inside the subnet of their zone.
        network: the VPC and its subnets, new or existing, and who may reach what.
        hardware: instance type and data volume of each member.
        kms_key_arn: the key that encrypts the volumes; empty makes one.
        replace_volume_of: the member whose volume an empty one may replace where its key differs; empty for none.
        release: the version to install, with its checksum.
        tarball: the verified release on this machine; it is pushed, since members have no way out.
        tuning: etcd's own settings.
        mount_point: where the data volume is mounted; etcd's directory lies below it.
        lifetimes: how long certificates live.
        renewed: names of the members whose machines follow newer images.
        ssh_keys: what logs in on the machines.
        bastion: the machine that every connection goes through; None where the operator has a route to the members.
        tags: put on every resource that takes tags.
    """

    topology: Topology
    network: NetworkArgs
    hardware: Hardware
    release: Release
    tarball: Path
    tuning: Tuning
    mount_point: str
    lifetimes: Lifetimes
    renewed: Collection[str] = ()
    kms_key_arn: str = ""
    replace_volume_of: str = ""
    ssh_keys: SshKeys = field(default_factory=SshKeys)
    bastion: BastionSpec | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MemberOutputs:
    """What is known of one member after `up`."""

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
    access: Access
    members: Mapping[str, MemberOutputs]

    def __init__(self, name: str, args: EtcdClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:index:EtcdCluster", name, None, opts)
        self._name, self._args = name, args
        child = pulumi.ResourceOptions(parent=self)
        survey.require(args.topology, args.hardware, args.network, args.bastion, args.kms_key_arn, self)
        # Everything that a zone decides lies in the network or a machine, so it all waits for the guard.
        self._guard = TopologyGuard(name, _facts(args), self).record
        self._network = Network(name, args.network, pulumi.ResourceOptions(parent=self, depends_on=self._guard))
        self._spread = spread_group(name, args.topology, args.tags, self)
        self._birth = Birth(name, self)
        self._image = debian_image(args.hardware.architecture, self)
        self._key = volume_key(name, _key_args(args), pulumi.ResourceOptions(parent=self, depends_on=self._guard))
        self._profile = member_profile(name, args.tags, self)
        self._pki = Pki(name, PkiArgs(topology=args.topology, lifetimes=args.lifetimes), child)
        self.access = Access(name, self._access(), child)
        self.ca_certificate, self.admin = self._pki.ca_certificate, self._pki.admin
        self.members = self._build()
        self.register_outputs({"endpoints": args.topology.endpoints, "ca_certificate": self.ca_certificate})

    def _access(self) -> AccessArgs:
        args = self._args
        return AccessArgs(
            topology=args.topology,
            network=self._network,
            keys=args.ssh_keys,
            bastion=args.bastion,
            tags=args.tags,
        )

    def _build(self) -> Mapping[str, MemberOutputs]:
        """The members one by one, each after the one before, except at birth; then the gate over all of them."""
        outputs, built = {}, list[EtcdMember]()
        for member in self._args.topology:
            before = [built[-1].started] if built else []
            machine = self._machine(member, [*before, *self._asked(member, before)])
            built.append(self._member(member, machine))
            outputs[member.name] = MemberOutputs(
                member=member,
                instance_id=machine.host.instance_id,
                volume_id=machine.volume_id,
                certificate_expires=self._pki.members[member.name].server.expires,
            )
        for etcd in built:
            etcd.gate(GATE_TIMEOUT_SECONDS, [each.started for each in built])
        keep_ssh_keys(self._name, self._args.ssh_keys.recorded, self, [each.started for each in built])
        return outputs

    def _asked(self, member: Member, before: list[pulumi.Resource]) -> list[pulumi.Resource]:
        topology, facts = self._args.topology, self._machine_facts(member)
        return ask_others(self._name, member, topology, self.access, facts, parent=self, after=[self._guard, *before])

    def _machine_facts(self, member: Member) -> str:
        """Whatever makes the provider stop or replace a machine."""
        args = self._args
        facts = f"{args.hardware.instance_type}, {'spread' if self._spread else 'anywhere'}"
        return f"{facts}, encrypted anew" if args.replace_volume_of == member.name else facts

    def _machine(self, member: Member, previous: list[pulumi.Resource]) -> Machine:
        return Machine(
            f"{self._name}-machine-{member.name}",
            MachineArgs(
                cluster=self._name,
                member=member.name,
                address=member.address,
                subnet=self._network.subnets[member.zone],
                security_group_id=self._network.security_group_id,
                image_id=self._image,
                renew=member.name in self._args.renewed,
                hardware=self._args.hardware,
                key_arn=self._key,
                replace_volume=self._args.replace_volume_of == member.name,
                profile=self._profile,
                access=self.access,
                placement_group=self._spread,
                after=self._birth.in_later_runs(previous),
                tags=self._args.tags,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=self._guard),
        )

    def _member(self, member: Member, machine: Machine) -> EtcdMember:
        args = self._args
        return EtcdMember(
            f"{self._name}-member-{member.name}",
            EtcdMemberArgs(
                cluster=self._name,
                member=member,
                topology=args.topology,
                host=machine.host,
                booted=[machine.running],
                attached=[machine.attachment],
                volume_id=machine.volume_id,
                volume_size_gib=args.hardware.volume.size_gib,
                attachment_id=machine.attachment.id,
                kept_with=self._guard,
                release=args.release,
                tarball=args.tarball,
                ca_certificate=self._pki.ca_certificate,
                certificates=self._pki.members[member.name],
                configuration=self._birth.token.apply(lambda token: self._configuration(member, token)),
                token=self._birth.token,
                mount_point=args.mount_point,
                data_directory=data_directory(args.mount_point),
                machine_facts=self._machine_facts(member),
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
                open_metrics=bool(args.network.metrics),
            )
        )


def _key_args(args: EtcdClusterArgs) -> KeyArgs:
    hardware = args.hardware
    return KeyArgs(
        given=args.kms_key_arn, keep=hardware.volume.leaves_data, protected=hardware.protected, tags=args.tags
    )


def _facts(args: EtcdClusterArgs) -> Facts:
    return Facts(
        topology=args.topology,
        network=args.network.vpc.facts,
        architecture=args.hardware.architecture,
        volume=args.hardware.volume,
        kms_key_arn=args.kms_key_arn,
        replace_volume_of=args.replace_volume_of,
        version=args.release.version,
    )
