# shellcheck shell=bash
# The lock in the cluster, and what is done under it: a member stopped in order.

# hold_cluster_lock ENDPOINTS WHAT: until the script ends. It keeps two operators with two backends from stopping members
# at once.
hold_cluster_lock() {
  coproc cluster_lock {
    exec etcdctl --endpoints="$1" --cacert=/etc/etcd/pki/ca.crt --cert=/etc/etcd/pki/server.crt \
      --key=/etc/etcd/pki/server.key --dial-timeout=2s lock --ttl=30 etcd-aws/restart
  }
  lock_process=$!
  trap 'kill "$lock_process" 2>/dev/null || true' EXIT
  read -r -t 60 -u "${cluster_lock[0]}" || fail "not $2: another operator holds the lock etcd-aws/restart in the cluster"
}

# move_leadership ENDPOINT OTHERS WHAT: away from the member that is about to be stopped.
move_leadership() {
  local leads target
  leads=$(statuses "$1" | awk -F', ' '{ print $5 }')
  [[ $leads == true ]] || return 0
  target=$(statuses "$2" | awk -F', ' '$6 == "false" { id = $2 } END { print id }')
  member_etcdctl "$1" move-leader "$target" >/dev/null || fail "not $3: the leadership does not move to $target"
}

# stop_and_unmount ENDPOINT OTHERS MOUNT_POINT WHAT: etcd stopped in order and its volume free, or all as it was.
stop_and_unmount() {
  local unit
  # An etcd that does not run has no vote to lose.
  if [[ $(systemctl is-active etcd || true) == active && -n $2 ]]; then
    hold_cluster_lock "$2" "$4"
    all_healthy "$2" "$4"
    move_leadership "$1" "$2" "$4"
  fi
  unit=$(systemd-escape --path --suffix=mount "$3")
  if ! systemctl stop etcd || ! systemctl stop "$unit" || findmnt --mountpoint "$3" >/dev/null; then
    systemctl start --no-block etcd
    fail "not $4: $3 stays mounted, something there is still in use. etcd runs again."
  fi
}
