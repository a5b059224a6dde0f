"""An etcd cluster on AWS: settings in, components, outputs out."""

import gc

# The program lives for seconds: looking for garbage among all that it imports is half of one, now and at its end.
gc.disable()

import pulumi

from components import settings
from components.advisory import advice
from components.aws.hardware import Hardware
from components.aws.network import NetworkArgs
from components.cluster import EtcdCluster, EtcdClusterArgs
from components.etcd import release
from components.etcd.pki import Lifetimes
from components.guards import keep_name
from components.outputs import outputs
from components.protection import refuse_destroy
from components.secrecy import silence_debug_messages

gc.freeze()
gc.enable()
silence_debug_messages()

config = settings.load()
for warning in config.warnings:
    pulumi.log.warn(warning)

try:
    tarball = release.fetch(config.release, release.cache_directory(), config.release_file)
except release.ReleaseError as error:
    raise pulumi.RunError(str(error)) from error

cluster = EtcdCluster(
    config.cluster_name,
    EtcdClusterArgs(
        topology=config.topology,
        network=NetworkArgs(
            vpc=config.vpc,
            operator_cidrs=() if config.bastion else config.operator_cidrs,
            clients=config.clients,
            metrics=config.metrics,
            description=config.description,
            tags=config.tags,
        ),
        hardware=Hardware(
            architecture=config.architecture,
            instance_type=config.instance_type,
            volume=config.data_volume,
            detailed_monitoring=config.detailed_monitoring,
            auto_recovery=config.auto_recovery,
            protected=config.protected,
        ),
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
        renewed=config.renew_machines,
        ssh_keys=config.ssh_keys,
        bastion=config.bastion,
        tags=config.tags,
    ),
    pulumi.ResourceOptions(depends_on=keep_name(config.cluster_name)),
)
refuse_destroy(config.cluster_name, config.protected, cluster)

for key, value in outputs(cluster, config.topology, config.etcd_version).items():
    pulumi.export(key, value)
if not pulumi.runtime.is_dry_run():
    pulumi.log.info(advice(config.topology))
