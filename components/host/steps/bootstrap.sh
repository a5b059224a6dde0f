# shellcheck shell=bash
# The first start of a member.
#
# `create` alone writes the permit for an empty data directory, and Pulumi keeps the fact that it was created: it is given
# once. `update` changes nothing, since start.sh starts whatever has to be started later. Nothing here waits for etcd: the
# first start of a cluster needs all members started.
: "${member:?}" "${mount_point:?}" "${data_directory:?}" "${token:?}" "${endpoint:?}" "${peer_urls=}"
step=$1
self="$token $member"
permit=$mount_point/.permit
identity=$mount_point/.identity

# A wiped disk has no trace of its use, but the peers have: a member whose client URL they list has run before. Where no
# peer listens there is no cluster. Any other failure is not a no; a peer that is starting listens for some seconds before
# it answers.
started_before() {
  local peer answer status deadline=$((SECONDS + 60))
  for peer in ${peer_urls//,/ }; do
    while true; do
      status=0
      answer=$(members_known_to "$peer") || status=$?
      ((status != 0 && status != 3)) || break
      ((SECONDS < deadline)) || fail "$peer listens but does not answer whether $member has run before, so it is not \
started. Mend that member, then run pulumi up again."
      sleep 1
    done
    [[ $answer != *"\"$endpoint\""* ]] || return 0
  done
  return 1
}

give_permit() {
  if [[ ! -f $permit ]]; then
    [[ ! -f $identity ]] || fail_without_log "the volume was in use and its log is gone"
    if started_before; then fail_without_log "the others know $member as a member that ran, but its volume is empty"; fi
    write_file "$permit" 600 etcd:etcd < <(printf '%s' "$self")
  elif [[ $(<"$permit") != "$self" ]]; then
    fail "the data volume has the permit of '$(<"$permit")', this is '$self'. Attach this member's own volume."
  fi
  # After the permit: killed in between, this finds the permit and goes on; the other way round it would find a lost log.
  write_file "$identity" 600 etcd:etcd < <(printf '%s' "$self")
}

if [[ $step != create ]]; then
  report "$member was bootstrapped before"
  return
fi
if [[ -f $mount_point/.joined ]]; then
  report "$member has joined before"
  return
fi

has_log || give_permit
systemctl is-enabled --quiet etcd || systemctl enable --quiet etcd
case $(systemctl is-active etcd || true) in
  inactive | failed)
    systemctl start --no-block etcd
    changed "started etcd"
    ;;
esac
report "etcd is starting"
