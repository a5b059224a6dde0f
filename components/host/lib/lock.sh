# shellcheck shell=bash
# The lock in the cluster, and what is done under it: a member stopped in order.
#
# etcd keeps the lock as a key below etcd-aws/, in the same keyspace as its users' keys: no user may have keys there.
: "${pki_directory:?}" "${etcd_unit:?}" "${endpoint:=}" "${peer_endpoints:=}" "${cluster_lock_wait_seconds:=60}"

# hold_cluster_lock WHAT: until the script ends. It keeps two operators with two backends from stopping members at once.
hold_cluster_lock() {
  coproc cluster_lock {
    exec etcdctl --endpoints="$peer_endpoints" --cacert="$pki_directory/ca.crt" --cert="$pki_directory/server.crt" \
      --key="$pki_directory/server.key" --dial-timeout=2s lock --ttl=30 etcd-aws/restart
  }
  lock_process=$!
  trap 'kill "$lock_process" 2>/dev/null || true' EXIT
  read -r -t "$cluster_lock_wait_seconds" -u "${cluster_lock[0]}" ||
    fail "not $1: another operator holds the lock etcd-aws/restart in the cluster"
}

# require_cluster_lock WHAT: directly before the act. Its lease ends 30 s after the last contact with the cluster, and then
# etcdctl ends too.
require_cluster_lock() {
  kill -0 "$lock_process" 2>/dev/null ||
    fail "not $1: the lock etcd-aws/restart was lost while the peers were checked. Nothing was stopped; run pulumi up again."
}

# move_leadership WHAT: away from this member, which is about to be stopped. The leader's ID comes from the peers: this member
# may not answer.
move_leadership() {
  local each status leader="" ids="" target=""
  for each in ${peer_endpoints//,/ }; do
    status=$(status_of "$each") || fail "not $1: $each does not report the leader. Run pulumi up again."
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

# prepare_to_stop WHAT: holds the lock, and returns only when all peers are healthy and one of them leads. A cluster of one
# has no peers.
prepare_to_stop() {
  [[ -n $peer_endpoints ]] || return 0
  hold_cluster_lock "$1"
  require_healthy_peers "$1"
  move_leadership "$1"
  require_cluster_lock "$1"
}

# has_etcd: whether etcd is configured here. On a new machine a volume may have to be unmounted before that.
has_etcd() { [[ -f $etcd_unit ]]; }

# stop_etcd WHAT: in order, or not at all.
stop_etcd() {
  has_etcd || return 0
  case $(systemctl is-active etcd || true) in
    inactive | failed) ;;   # no vote to lose
    *) prepare_to_stop "$1" ;; # while it starts, too: its vote counts before systemd calls it active
  esac
  systemctl stop etcd ||
    fail "not $1: etcd does not stop: sudo systemctl status etcd on the machine (output sshConfig), then run pulumi up again"
}

# start_etcd: without waiting for it.
start_etcd() {
  ! has_etcd || systemctl start --no-block etcd
}

# stop_and_unmount WHAT: etcd stopped in order and its volume free, or all as it was.
stop_and_unmount() {
  local unit
  stop_etcd "$1"
  unit=$(systemd-escape --path --suffix=mount "${mount_point:?}")
  if ! systemctl stop "$unit" || findmnt --mountpoint "$mount_point" >/dev/null; then
    start_etcd || true
    fail "not $1: $mount_point stays mounted, something there is still in use. etcd is being started again."
  fi
}
