# shellcheck shell=bash
# etcdctl with the member's own certificate, and what it answers. Read by the names of fields alone: 3.6 has other columns
# than 3.5. IDs are decimal there, and too large for the numbers of bash and awk: they stay text.
: "${pki_directory:?}" "${endpoint:=}" "${peer_endpoints:=}"

# etcdctl_to ENDPOINTS COMMAND…
etcdctl_to() {
  local endpoints=$1
  shift
  timeout 10 etcdctl --endpoints="$endpoints" --cacert="$pki_directory/ca.crt" --cert="$pki_directory/server.crt" \
    --key="$pki_directory/server.key" --command-timeout=5s --dial-timeout=2s "$@"
}

# fields NAME: the values of this field, a line each, from what etcdctl prints with --write-out=fields.
fields() { awk -v name="\"$1\"" '$1 == name { sub(/^[^:]*: */, ""); gsub(/^"|"$/, ""); print }'; }

# status_of ENDPOINT: one at a time, since etcdctl gives each endpoint that is silent 5 s.
status_of() { etcdctl_to "$1" --write-out=fields endpoint status 2>/dev/null; }

# healthy ENDPOINT: the member answers a linearizable read, which it can only when it has applied all that the cluster has
# committed; and no alarm is raised.
healthy() { etcdctl_to "$1" endpoint health >/dev/null 2>&1; }

# require_healthy_peers WHAT: nothing is stopped unless every other member is healthy and no alarm is raised.
require_healthy_peers() {
  local each alarms
  for each in ${peer_endpoints//,/ }; do
    healthy "$each" || fail "not $1: $each is not healthy. Mend that member first; if it was never made, set back what
you changed, run pulumi up, and change it then."
  done
  alarms=$(etcdctl_to "$peer_endpoints" --write-out=fields alarm list) ||
    fail "not $1: the cluster does not answer which alarms are raised. Run pulumi up again."
  alarms=$(fields AlarmType <<<"$alarms" | sort --unique | paste --serial --delimiters=' ')
  [[ -z $alarms ]] || fail "not $1: the cluster has raised $alarms. Clear it first."
}

# wait_healthy: until this member is. Whatever the next member's turn is for, it comes after this.
wait_healthy() {
  local limit_seconds=120 deadline
  deadline=$((SECONDS + limit_seconds))
  until healthy "$endpoint"; do
    ((SECONDS < deadline)) || fail_with_journal "etcd is not healthy after $limit_seconds s"
    sleep 0.5
  done
}
