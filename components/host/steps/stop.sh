# shellcheck shell=bash
# `delete` runs before the data volume is taken from this machine: it stops etcd and unmounts the volume, or refuses and
# leaves everything as it is. `create` and `update` start an etcd that an update stopped in this way, when the update
# itself then stopped before the machine was gone.
: "${host:?}" "${instance_id:?}" "${mount_point:?}" "${endpoint:?}" "${instance_id_file:?}"
step=$1

if [[ $step != delete ]]; then
  # Failed: where etcd did not end in the time that systemd gives it.
  if systemctl is-enabled --quiet etcd 2>/dev/null &&
    [[ $(systemctl is-active etcd || true) =~ ^(inactive|failed)$ ]]; then
    systemctl start --no-block etcd
    changed "started etcd"
  fi
  report "nothing takes the data volume away"
  return
fi

# Where the old machine is gone already, its successor answers at the address.
found=$(<"$instance_id_file")
if [[ $found != "$instance_id" ]]; then
  report "$instance_id is gone, here is $found"
  return
fi

stop_and_unmount "replacing the machine of $host"
changed "stopped etcd"
changed "unmounted $mount_point"
report ""
