"""An etcd cluster on AWS: settings in, components, outputs out."""

import pulumi

from components.availability import summary
from components.changes.destroy_protection import refuse_destroy
from components.changes.record import keep_name
from components.cluster import EtcdCluster
from components.etcd.download import cache_directory, fetch
from components.outputs import outputs
from components.sdk_logging import disable_debug_log
from components.settings.args import chosen_release, cluster_args
from components.settings.load import load
from components.settings.warnings import warnings

disable_debug_log()
settings = load()
for warning in warnings(settings):
    pulumi.log.warn(warning)

args = cluster_args(settings, fetch(chosen_release(settings), cache_directory(), settings.release_file))
named = pulumi.ResourceOptions(depends_on=keep_name(settings.cluster_name))
cluster = EtcdCluster(settings.cluster_name, args, named)
refuse_destroy(settings.cluster_name, settings.deletion_protection, cluster)

for name, value in outputs(cluster, args.topology, settings.etcd_version).items():
    pulumi.export(name, value)
if not pulumi.runtime.is_dry_run():
    pulumi.log.info(summary(args.topology))
