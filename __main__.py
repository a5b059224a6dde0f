"""An etcd cluster on AWS: settings in, components, outputs out."""

import pulumi

from components import settings
from components.availability import summary
from components.changes.destroy_protection import refuse_destroy
from components.changes.record import guard_name
from components.cluster import EtcdCluster, EtcdClusterArgs
from components.etcd import release
from components.etcd.certificates import Lifetimes
from components.outputs import outputs
from components.sdk_logging import disable_debug_log

disable_debug_log()

config = settings.load()
for warning in config.warnings:
    pulumi.log.warn(warning)

tarball = release.fetch(config.release, release.cache_directory(), config.release_file)

cluster = EtcdCluster(
    config.cluster_name,
    EtcdClusterArgs(
        topology=config.topology,
        vpc=config.vpc,
        ingress=config.ingress,
        instance=config.instance,
        volume=config.data_volume,
        kms_key_arn=config.kms_key_arn,
        replace_volume_of=config.replace_volume_of,
        release=config.release,
        tarball=tarball,
        tuning=config.tuning,
        mount_point=config.data_directory,
        lifetimes=Lifetimes(
            validity_days=config.certificate_validity_days,
            renewal_days=config.certificate_renewal_days,
            ca_validity_days=config.ca_validity_days,
        ),
        replace_machines=config.replace_machines,
        deletion_protection=config.deletion_protection,
        ssh_keys=config.ssh_keys,
        bastion=config.bastion,
        tags=config.tags,
    ),
    pulumi.ResourceOptions(depends_on=guard_name(config.cluster_name)),
)
refuse_destroy(config.cluster_name, config.deletion_protection, cluster)

for key, value in outputs(cluster, config.topology, config.etcd_version).items():
    pulumi.export(key, value)
if not pulumi.runtime.is_dry_run():
    pulumi.log.info(summary(config.topology))
