# shellcheck shell=bash
# `delete` runs before the data volume is taken from this machine: it stops etcd and unmounts the volume, or refuses and
# leaves everything as it is. `create` and `update` start an etcd that an update stopped in this way, when the update
# itself then stopped before the machine was gone.
: "${host:?}" "${instance_id:?}" "${mount_point:?}" "${endpoint:?}"
step=$1 peer_endpoints=${peer_endpoints-}

if [[ $step != delete ]]; then
  if systemctl is-enabled --quiet etcd 2>/dev/null &&
    [[ $(systemctl is-active etcd || true) == inactive ]]; then
    systemctl start --no-block etcd
    note "started etcd"
  fi
  report "nothing takes the data volume away"
  return
fi

# Where the old machine is gone already, its successor answers at the address.
found=$(cat /var/lib/cloud/data/instance-id)
if [[ $found != "$instance_id" ]]; then
  report "$instance_id is gone, here is $found"
  return
fi

stop_and_unmount "$endpoint" "$peer_endpoints" "$mount_point" "replacing the machine of $host"
note "stopped etcd"
note "unmounted $mount_point"
report ""
