# shellcheck shell=bash
# `delete` runs before the data volume is taken from this machine: it stops etcd and unmounts the volume, or refuses and
# leaves everything as it is. `create` and `update` start an etcd that an update stopped in this way, when the update
# itself then stopped before the machine was gone.
: "${member:?}" "${instance_id:?}" "${mount_point:?}" "${endpoint:?}"
step=$1 other_endpoints=${other_endpoints-}
doing="replacing the machine of $member"

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

# An etcd that does not run has no vote to lose.
if [[ $(systemctl is-active etcd || true) == active && -n $other_endpoints ]]; then
  hold_cluster_lock "$other_endpoints" "$doing"
  all_healthy "$other_endpoints" "$doing"
  move_leadership "$endpoint" "$other_endpoints" "$doing"
fi
unit=$(systemd-escape --path --suffix=mount "$mount_point")
if ! systemctl stop etcd || ! systemctl stop "$unit" || findmnt --mountpoint "$mount_point" >/dev/null; then
  systemctl start --no-block etcd
  fail "not $doing: $mount_point stays mounted, something there is still in use. etcd runs again."
fi
note "stopped etcd"
note "unmounted $mount_point"
report ""
