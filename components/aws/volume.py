"""A member's data volume and its attachment to the member's instance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.aws.specs import DataVolumeSpec
from components.aws.tags import named

DATA_DEVICE = "/dev/sdf"  # the name in EC2's API; the machine finds the volume by its ID


@dataclass(frozen=True, kw_only=True)
class DataVolumeArgs:
    """Inputs of a data volume.

    Attributes:
        cluster: name of the cluster, the first part of every resource's name.
        member: name of the member that the volume belongs to.
        spec: type and size.
        zone: where the instance runs.
        instance_id: the instance that it is attached to.
        key_arn: the KMS key of a new volume. One that exists keeps its key, since another would mean an empty one.
        replace: the one exception: the volume is replaced where its key differs.
        protect: Pulumi refuses to delete or replace it.
        depends_on: what must be done before the volume may be changed in place.
        tags: put on everything.
    """

    cluster: str
    member: str
    spec: DataVolumeSpec
    zone: pulumi.Input[str]
    instance_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    replace: bool = False
    protect: bool = False
    depends_on: pulumi.Input[Sequence[pulumi.Resource]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class DataVolume(pulumi.ComponentResource):
    """The disk that holds a member's data. It outlives the instance.

    Attributes:
        id: `vol-…`.
        attachment: once it exists, the instance has the volume.
    """

    id: pulumi.Output[str]
    attachment: aws.ec2.VolumeAttachment

    def __init__(self, name: str, args: DataVolumeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("etcd-aws:aws:DataVolume", name, None, opts)
        self._args = args
        self.id = self._volume().id
        self.attachment = self._attachment()
        self.register_outputs({"volume_id": self.id})

    def _volume(self) -> aws.ebs.Volume:
        args, spec = self._args, self._args.spec
        return aws.ebs.Volume(
            self._logical("volume"),
            availability_zone=args.zone,
            type=spec.type,
            size=spec.size_gib,
            iops=spec.iops,
            throughput=spec.throughput_mibps,
            encrypted=True,
            kms_key_id=args.key_arn,
            final_snapshot=spec.snapshot_on_delete,
            tags=named(args.tags, args.member),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                retain_on_delete=not spec.delete,
                ignore_changes=[] if args.replace else ["kmsKeyId"],
                # A change in place goes member by member too.
                depends_on=args.depends_on,
            ),
        )

    def _attachment(self) -> aws.ec2.VolumeAttachment:
        return aws.ec2.VolumeAttachment(
            self._logical("volume-attachment"),
            instance_id=self._args.instance_id,
            volume_id=self.id,
            device_name=DATA_DEVICE,
            # Without it the volume is pulled from under a running etcd.
            stop_instance_before_detaching=True,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )

    def _logical(self, role: str) -> str:
        return f"{self._args.cluster}-{role}-{self._args.member}"
