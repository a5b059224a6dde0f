# shellcheck shell=bash
# Starts etcd, or restarts it when it runs with something older than what lies on the disk.
#
# `create` is the member's birth and the only time that a permit for an empty directory is written: Pulumi keeps the
# fact that it was given. Before a member has ever joined, nothing here waits: the first start needs all members started.
# After that it returns only when the member is healthy, so that the next member's turn comes after this one's.
: "${member:?}" "${mount_point:?}" "${data_directory:?}" "${token:?}" "${endpoint:?}" "${size:?}"
step=$1
lost="A member that lost its log must not vote under its old ID: docs/lost-member.md says how it is replaced."
peer_endpoints=${peer_endpoints-} peer_urls=${peer_urls-}

has_log() { compgen -G "$data_directory/member/wal/*.wal" >/dev/null; }

# members_known_to PEER_URL: what a peer answers at its peer port, which it does before there is a quorum; the client port
# would hold the question until then. Ends with 3 where nobody listens. With Python, which cloud-init brings to every image.
members_known_to() {
  timeout 5 python3 -c '
import ssl, sys, urllib.error, urllib.request
pki = "/etc/etcd/pki/"
context = ssl.create_default_context(cafile=pki + "ca.crt")
context.load_cert_chain(pki + "peer.crt", pki + "peer.key")
try:
    print(urllib.request.urlopen(sys.argv[1] + "/members", timeout=3, context=context).read().decode())
except urllib.error.URLError as error:
    sys.exit(3 if isinstance(error.reason, OSError) and not isinstance(error.reason, ssl.SSLError) else str(error))
' "$1"
}

# What a wiped disk cannot tell, the others can: a member whose client URL they know has run before. Silence is what a
# birth hears; any other failure to ask is not taken for a no.
started_before() {
  local peer answer status
  for peer in ${peer_urls//,/ }; do
    status=0
    answer=$(members_known_to "$peer") || status=$?
    ((status == 0 || status == 3)) || fail "$peer cannot be asked whether $member has run before, so it is not started"
    [[ $answer != *"\"$endpoint\""* ]] || return 0
  done
  return 1
}

give_permit() {
  local self="$token $member"
  if has_log; then return; fi
  if [[ ! -f $mount_point/.permit ]]; then
    [[ ! -f $mount_point/.identity ]] || fail "the volume was in use and its log is gone. $lost"
    if started_before; then fail "the others know $member as a member that ran, but its volume is empty. $lost"; fi
    write_file "$mount_point/.permit" 600 etcd:etcd < <(printf '%s' "$self")
  fi
  # After the permit: killed in between, this finds the permit and goes on; the other way round it would find a lost log.
  write_file "$mount_point/.identity" 600 etcd:etcd < <(printf '%s' "$self")
}

# With no majority left there is nothing to protect by waiting: the next member has to be started before this one is ready.
majority_answers() {
  local peer answering=1
  for peer in ${peer_urls//,/ }; do
    if members_known_to "$peer" >/dev/null 2>&1; then answering=$((answering + 1)); fi
  done
  ((answering > size / 2))
}

current() { [[ $(/usr/local/lib/etcd-aws/start-guard digest) == "$(cat /run/etcd/started-with 2>/dev/null)" ]]; }

restart() {
  if [[ -n $peer_endpoints ]]; then
    hold_cluster_lock "$peer_endpoints" restarting
    all_healthy "$peer_endpoints" restarting
    move_leadership "$endpoint" "$peer_endpoints" restarting
  fi
  timeout 120 systemctl restart etcd || explain "etcd did not come back after a restart"
  note "restarted etcd"
}

if [[ $step == create ]]; then give_permit; fi
systemctl is-enabled --quiet etcd || systemctl enable --quiet etcd

state=$(systemctl is-active etcd || true)
if [[ ! -f $mount_point/.joined ]]; then
  has_log || [[ -f $mount_point/.permit ]] || fail "no write-ahead log in $data_directory. $lost"
  if [[ $state == inactive || $state == failed ]]; then
    systemctl start --no-block etcd
    note "started etcd"
  elif ! current; then
    systemctl restart --no-block etcd
    note "restarted etcd, which had not joined yet"
  fi
  report "etcd is starting"
  return
fi

if [[ $state != active ]]; then
  systemctl start --no-block etcd
  note "started etcd"
  if ! majority_answers; then
    report ""
    return
  fi
elif ! current; then
  restart
fi
wait_healthy "$endpoint" "$peer_endpoints"
report "etcd runs with what is on the disk"
