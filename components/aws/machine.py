"""One machine: a network interface with a fixed address, a data volume of its own, and an instance that uses both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws import user_data
from components.aws.access import Access
from components.aws.hardware import Hardware
from components.aws.network import Subnet
from components.aws.tags import named
from components.remote import Host

ROOT_VOLUME_GIB = 8
DATA_DEVICE = "/dev/sdf"  # the name in EC2's API; the machine finds the volume by its ID


@dataclass(frozen=True, kw_only=True)
class MachineArgs:
    """What a machine is made from.

    Attributes:
        cluster: name of the cluster, the first part of every resource's name.
        member: name of the member that lives here.
        address: fixed private IPv4 address, inside the subnet.
        subnet: where the interface lies; the volume is made in its zone.
        security_group_id: what guards the interface.
        image_id: machine image.
        renew: a change of the image or of the user data replaces the machine; otherwise neither touches one that runs.
        hardware: instance type and data volume.
        key_arn: the KMS key of a new volume. One that exists keeps its key, since another would mean an empty one.
        replace_volume: the one exception: this member's volumes are replaced where their key differs.
        profile: name of the instance profile.
        access: the keys that log in.
        placement_group: name of the group that keeps machines on separate racks, if there is one.
        after: what must be done before this machine may be replaced or stopped.
        tags: put on everything.
    """

    cluster: str
    member: str
    address: str
    subnet: Subnet
    security_group_id: pulumi.Input[str]
    image_id: pulumi.Input[str]
    renew: bool = False
    hardware: Hardware
    key_arn: pulumi.Input[str]
    profile: pulumi.Input[str]
    access: Access
    replace_volume: bool = False
    placement_group: pulumi.Input[str] | None = None
    after: pulumi.Input[Sequence[pulumi.Resource]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class Machine(pulumi.ComponentResource):
    """A machine that can be thrown away: its address and its data stay for the next one.

    Attributes:
        host: where commands run.
        running: with it done, the machine runs.
        attachment: with it done, the data volume is there.
        volume_id: ID of the data volume.
    """

    host: Host
    running: pulumi.Resource
    attachment: aws.ec2.VolumeAttachment
    volume_id: pulumi.Output[str]

    def __init__(self, name: str, args: MachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:Machine", name, None, opts)
        self._args = args
        self._tags = named(args.tags, args.member)
        self._protected = args.hardware.protected
        instance = self._instance()
        volume = self._volume()
        self.attachment = self._attach(instance, volume)
        self.running = self._keep_running(instance)
        self.volume_id = volume.id
        self.host = args.access.host(args.member, args.address, instance, instance.id)
        self.register_outputs({"instance_id": instance.id, "volume_id": volume.id})

    def _instance(self) -> aws.ec2.Instance:
        args = self._args
        keys = args.access.keys
        after = pulumi.Output.from_input(args.after).apply(lambda resources: [*resources, keys.pair])
        interface = aws.ec2.NetworkInterface(
            self._logical("interface"),
            subnet_id=args.subnet.id,
            private_ips=[args.address],
            security_groups=[args.security_group_id],
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._protected),
        )
        return aws.ec2.Instance(
            self._logical("instance"),
            ami=args.image_id,
            instance_type=args.hardware.instance_type,
            key_name=keys.key_name,
            placement_group=args.placement_group,
            primary_network_interface={"network_interface_id": interface.id},
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            root_block_device=self._root_volume(),
            iam_instance_profile=args.profile,
            monitoring=args.hardware.detailed_monitoring,
            maintenance_options={"auto_recovery": "default" if args.hardware.auto_recovery else "disabled"},
            disable_api_termination=self._protected,
            # Whether it may be deleted is Pulumi's `protect` to say, before anything is detached. Past that, the
            # provider lifts EC2's own protection first; else the volume would be detached and the instance would stay.
            force_destroy=True,
            user_data=user_data.first_boot(args.access.host_keys[args.member]),
            # Otherwise the provider would stop the machine, and the user data do nothing: it is for first boots.
            user_data_replace_on_change=True,
            tags=self._tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=self._protected,
                # The interface and the volume belong to one instance at a time.
                delete_before_replace=True,
                ignore_changes=self._kept_by_instance(),
                depends_on=after,
            ),
        )

    def _volume(self) -> aws.ebs.Volume:
        args, volume = self._args, self._args.hardware.volume
        return aws.ebs.Volume(
            self._logical("volume"),
            availability_zone=args.subnet.zone,
            type=volume.type,
            size=volume.size_gib,
            iops=volume.iops,
            throughput=volume.throughput_mibps,
            encrypted=True,
            kms_key_id=args.key_arn,
            final_snapshot=volume.snapshot_on_delete,
            tags=self._tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=self._protected,
                retain_on_delete=not volume.delete,
                ignore_changes=[] if args.replace_volume else ["kmsKeyId"],
                # A change in place goes member by member too.
                depends_on=args.after,
            ),
        )

    def _attach(self, instance: aws.ec2.Instance, volume: aws.ebs.Volume) -> aws.ec2.VolumeAttachment:
        return aws.ec2.VolumeAttachment(
            self._logical("attachment"),
            instance_id=instance.id,
            volume_id=volume.id,
            device_name=DATA_DEVICE,
            # Without it the volume is pulled from under a running etcd.
            stop_instance_before_detaching=True,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
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

    def _kept_by_instance(self) -> list[str]:
        """What a machine that runs keeps, since a change of it would stop or replace the machine."""
        image = [] if self._args.renew else ["ami", "userData"]
        return image if self._args.replace_volume else [*image, "rootBlockDevice.kmsKeyId"]

    def _logical(self, role: str) -> str:
        return f"{self._args.cluster}-{role}-{self._args.member}"
