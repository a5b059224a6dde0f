# shellcheck shell=bash
# The lock in the cluster, and what is done under it: a member stopped in order.
#
# etcd keeps the lock as a key below etcd-aws/, in the same keyspace as its users' keys: no user may have keys there.
: "${pki_directory:?}" "${endpoint:=}" "${peer_endpoints:=}" "${lock_wait_seconds:=60}"

# hold_cluster_lock WHAT: until the script ends. It keeps two operators with two backends from stopping members at once.
hold_cluster_lock() {
  coproc cluster_lock {
    exec etcdctl --endpoints="$peer_endpoints" --cacert="$pki_directory/ca.crt" --cert="$pki_directory/server.crt" \
      --key="$pki_directory/server.key" --dial-timeout=2s lock --ttl=30 etcd-aws/restart
  }
  lock_process=$!
  trap 'kill "$lock_process" 2>/dev/null || true' EXIT
  read -r -t "$lock_wait_seconds" -u "${cluster_lock[0]}" ||
    fail "not $1: another operator holds the lock etcd-aws/restart in the cluster"
}

# require_cluster_lock WHAT: directly before the act. Its lease ends 30 s after the cluster was last heard of, and then
# etcdctl ends too.
require_cluster_lock() {
  kill -0 "$lock_process" 2>/dev/null ||
    fail "not $1: the lock etcd-aws/restart was lost while the others were asked. Nothing was stopped; run pulumi up again."
}

# move_leadership WHAT: away from this member, which is about to be stopped. The peers are asked: whether this member
# answers or not, they say who leads.
move_leadership() {
  local each status leader="" ids="" target=""
  for each in ${peer_endpoints//,/ }; do
    status=$(status_of "$each") || fail "not $1: $each does not answer who leads. Run pulumi up again."
    leader=$(fields Leader <<<"$status")
    ids+=" $(fields MemberID <<<"$status") "
    if [[ -z $target && $(fields IsLearner <<<"$status") == false ]]; then target=$(fields MemberID <<<"$status"); fi
  done
  [[ $leader =~ ^[1-9][0-9]*$ ]] || fail "not $1: the cluster has no leader. Run pulumi up again when it has one."
  [[ $ids != *" $leader "* ]] || return 0
  [[ -n $target ]] || fail "not $1: this member leads and no other one has a vote"
  printf -v target '%x' "$target"
  etcdctl_to "$endpoint" move-leader "$target" >/dev/null || fail "not $1: the leadership does not move to $target"
}

# prepare_to_stop WHAT: holds the lock, and returns only when all others are healthy and one of them leads. A cluster of
# one has nobody to ask.
prepare_to_stop() {
  [[ -n $peer_endpoints ]] || return 0
  hold_cluster_lock "$1"
  require_healthy_peers "$1"
  move_leadership "$1"
  require_cluster_lock "$1"
}

# stop_and_unmount WHAT: etcd stopped in order and its volume free, or all as it was.
stop_and_unmount() {
  local unit
  case $(systemctl is-active etcd || true) in
    inactive | failed) ;;   # no vote to lose
    *) prepare_to_stop "$1" ;; # while it starts, too: its vote counts before systemd calls it active
  esac
  unit=$(systemd-escape --path --suffix=mount "${mount_point:?}")
  if ! systemctl stop etcd || ! systemctl stop "$unit" || findmnt --mountpoint "$mount_point" >/dev/null; then
    systemctl start --no-block etcd
    fail "not $1: $mount_point stays mounted, something there is still in use. etcd is being started again."
  fi
}
