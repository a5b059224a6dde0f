# shellcheck shell=bash
# etcdctl with the member's own certificate, and what it answers.

# member_etcdctl ENDPOINTS COMMAND…: etcdctl with this member's own certificate.
member_etcdctl() {
  local endpoints=$1
  shift
  timeout 10 etcdctl --endpoints="$endpoints" --cacert=/etc/etcd/pki/ca.crt --cert=/etc/etcd/pki/server.crt \
    --key=/etc/etcd/pki/server.key --command-timeout=5s --dial-timeout=2s "$@"
}

# The fields of these lines are parted by comma and space. Their JSON would need a parser, and holds IDs too large for one.
# members ENDPOINTS: ID, status, name, peer URLs, client URLs, is learner
members() { member_etcdctl "$1" member list 2>/dev/null || true; }

# statuses ENDPOINTS: endpoint, ID, version, size, is leader, is learner, term, index, applied index, errors
statuses() { member_etcdctl "$1" endpoint status 2>/dev/null || true; }

healthy() { member_etcdctl "$1" endpoint health >/dev/null 2>&1; }

# all_healthy ENDPOINTS WHAT: nothing is stopped unless every other member is healthy and no alarm is raised.
all_healthy() {
  local each alarms
  for each in ${1//,/ }; do
    healthy "$each" || fail "not $2: $each is not healthy. Mend that member first; if it was never made, set back what
you changed, run pulumi up, and change it then."
  done
  alarms=$(member_etcdctl "$1" alarm list) || fail "not $2: the cluster does not tell its alarms"
  [[ -z $alarms ]] || fail "not $2: the cluster has raised $alarms. Clear it first."
}

# raft_lag ENDPOINT OTHERS: how far this member's applied index is behind the newest index that any member has.
raft_lag() {
  statuses "$1${2:+,$2}" | awk -F', ' -v own="$1" '
    $8 > newest { newest = $8 }
    $1 == own { applied = $9; found = 1 }
    END { if (!found) exit 1; print newest - applied }'
}

# wait_healthy ENDPOINT OTHERS
wait_healthy() {
  local deadline=$((SECONDS + 120)) lag
  until healthy "$1" && lag=$(raft_lag "$1" "$2" 2>/dev/null) && ((lag < 1000)); do
    ((SECONDS < deadline)) || explain "etcd is not healthy after 120 s"
    sleep 0.5
  done
}
