"""A member's machine: a network interface with a fixed address, a data volume, and an instance that uses both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws import user_data
from components.aws.specs import DataVolumeSpec, InstanceSpec
from components.aws.ssh_access import SshAccess
from components.aws.tags import named
from components.aws.volume import DataVolume, DataVolumeArgs
from components.aws.vpc import Subnet
from components.remote.hosts import Host

ROOT_VOLUME_GIB = 8


@dataclass(frozen=True, kw_only=True)
class MachineArgs:
    """Inputs of a machine.

    Attributes:
        cluster: name of the cluster, the first part of every resource's name.
        member: name of the member that runs here.
        address: fixed private IPv4 address, inside the subnet.
        subnet: where the network interface lies; the volume is made in its zone.
        security_group_id: of the network interface.
        image_id: machine image.
        replace: a change of the image or of the user data replaces the machine; otherwise neither touches one that
            runs.
        instance: the EC2 instance.
        volume: the data volume.
        key_arn: the KMS key of new volumes.
        replace_volume: this member's volumes are replaced where their key differs.
        protect: neither Pulumi nor a call to EC2 deletes or replaces instance, network interface and volume.
        profile: name of the instance profile.
        access: the keys that log in.
        placement_group: name of the group that keeps machines on separate racks, if there is one.
        depends_on: what must be done before this machine may be replaced or stopped.
        tags: put on everything.
    """

    cluster: str
    member: str
    address: str
    subnet: Subnet
    security_group_id: pulumi.Input[str]
    image_id: pulumi.Input[str]
    replace: bool = False
    instance: InstanceSpec
    volume: DataVolumeSpec
    key_arn: pulumi.Input[str]
    profile: pulumi.Input[str]
    access: SshAccess
    replace_volume: bool = False
    protect: bool = False
    placement_group: pulumi.Input[str] | None = None
    depends_on: pulumi.Input[Sequence[pulumi.Resource]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class Machine(pulumi.ComponentResource):
    """A machine that can be thrown away: its address and its data stay for the next one.

    Attributes:
        host: where commands run.
        running: once it exists, the machine runs.
        volume: the data volume.
    """

    host: Host
    running: pulumi.Resource
    volume: DataVolume

    def __init__(self, name: str, args: MachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Machine", name, None, opts)
        self._args = args
        self._tags = named(args.tags, args.member)
        instance = self._instance(self._interface())
        self.volume = self._volume(instance)
        self.running = self._keep_running(instance)
        self.host = args.access.host(args.member, args.address, instance, instance.id)
        self.register_outputs({"instance_id": instance.id, "volume_id": self.volume.id})

    def _interface(self) -> aws.ec2.NetworkInterface:
        args = self._args
        return aws.ec2.NetworkInterface(
            self._logical("network-interface"),
            subnet_id=args.subnet.id,
            private_ips=[args.address],
            security_groups=[args.security_group_id],
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )

    def _instance(self, interface: aws.ec2.NetworkInterface) -> aws.ec2.Instance:
        args, keys = self._args, self._args.access.keys
        return aws.ec2.Instance(
            self._logical("instance"),
            ami=args.image_id,
            instance_type=args.instance.instance_type,
            key_name=keys.key_name,
            placement_group=args.placement_group,
            primary_network_interface={"network_interface_id": interface.id},
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            root_block_device=self._root_volume(),
            iam_instance_profile=args.profile,
            monitoring=args.instance.detailed_monitoring,
            maintenance_options={"auto_recovery": "default" if args.instance.auto_recovery else "disabled"},
            disable_api_termination=args.protect,
            # Whether it may be deleted is Pulumi's `protect` to say, before anything is detached. Past that, the
            # provider lifts EC2's own protection first; else the volume would be detached and the instance would stay.
            force_destroy=True,
            user_data=user_data.first_boot(args.access.host_keys[args.member]),
            # Otherwise the provider would stop the machine, and the user data do nothing: it is for first boots.
            user_data_replace_on_change=True,
            tags=self._tags,
            opts=self._instance_options(),
        )

    def _instance_options(self) -> pulumi.ResourceOptions:
        args, pair = self._args, self._args.access.keys.pair
        return pulumi.ResourceOptions(
            parent=self,
            protect=args.protect,
            # The interface and the volume belong to one instance at a time.
            delete_before_replace=True,
            ignore_changes=self._ignored_changes(),
            depends_on=pulumi.Output.from_input(args.depends_on).apply(lambda resources: [*resources, pair]),
        )

    def _volume(self, instance: aws.ec2.Instance) -> DataVolume:
        args = self._args
        return DataVolume(
            self._logical("data-volume"),
            DataVolumeArgs(
                cluster=args.cluster,
                member=args.member,
                spec=args.volume,
                zone=args.subnet.zone,
                instance_id=instance.id,
                key_arn=args.key_arn,
                replace=args.replace_volume,
                protect=args.protect,
                depends_on=args.depends_on,
                tags=args.tags,
            ),
            pulumi.ResourceOptions(parent=self),
        )

    def _keep_running(self, instance: aws.ec2.Instance) -> pulumi.Resource:
        """An instance that was stopped behind Pulumi's back is started by the next `up`."""
        return aws.ec2transitgateway.InstanceState(
            self._logical("state"),
            instance_id=instance.id,
            state="running",
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True, deleted_with=instance),
        )

    def _root_volume(self) -> aws.ec2.InstanceRootBlockDeviceArgs:
        return aws.ec2.InstanceRootBlockDeviceArgs(
            encrypted=True,
            kms_key_id=self._args.key_arn,
            volume_type="gp3",
            volume_size=ROOT_VOLUME_GIB,
            delete_on_termination=True,
            # Not `volume_tags`, which would take the data volume's as well.
            tags=self._tags,
        )

    def _ignored_changes(self) -> list[str]:
        """What a machine that runs keeps, since a change of it would stop or replace the machine."""
        image = [] if self._args.replace else ["ami", "userData"]
        return image if self._args.replace_volume else [*image, "rootBlockDevice.kmsKeyId"]

    def _logical(self, role: str) -> str:
        return f"{self._args.cluster}-{role}-{self._args.member}"
