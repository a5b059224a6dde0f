# shellcheck shell=bash
# Brings etcd to run with what lies on the disk: starts it, or restarts it in its turn, and returns when the member is
# healthy, so that the next member's turn comes after this one's.
#
# A member that was not running is not awaited in two cases. Before it has ever joined, its peers may have to be started
# first. And where too few peers answer for a quorum, the next member has to be started before this one can be ready.
: "${member:?}" "${mount_point:?}" "${data_directory:?}" "${endpoint:?}" "${size:?}" "${unit_programs_directory:?}" "${peer_urls=}"

has_majority() {
  local peer answering=1
  for peer in ${peer_urls//,/ }; do
    if members_known_to "$peer" >/dev/null; then answering=$((answering + 1)); fi
  done
  ((answering > size / 2))
}

restart_in_turn() {
  prepare_to_stop restarting
  timeout 120 systemctl restart etcd || fail_with_journal "etcd did not come back after a restart"
  changed "restarted etcd"
}

# In this order: the permit is removed when there is a log.
[[ -f $mount_point/.permit ]] || has_log || fail_without_log "no write-ahead log in $data_directory"
case $(systemctl is-active etcd || true) in
  active | reloading) state=running ;;
  activating) state=starting ;;
  *) state=stopped ;;
esac
# Read after the state: a member that runs has joined, and has the mark by then.
joined=no
if [[ -f $mount_point/.joined ]]; then joined=yes; fi
status=0
"$unit_programs_directory/start-guard" current || status=$?
case $status in
  0) files=current ;;
  3) files=unread ;; # a start is under way and reads what lies on the disk
  *) files=stale ;;
esac
systemctl is-enabled --quiet etcd || systemctl enable --quiet etcd

case "$state $files" in
  stopped*)
    systemctl start --no-block etcd
    changed "started etcd"
    ;;
  "starting stale")
    # A member votes before systemd calls it active. One that does not serve may never do so with the old files, and
    # `systemctl start` would change nothing.
    if [[ $joined == yes ]] && healthy "$endpoint"; then
      restart_in_turn
    else
      systemctl restart --no-block etcd
      changed "restarted etcd, which was still starting"
    fi
    ;;
  "running stale" | "running unread") restart_in_turn ;;
esac

if [[ $state != running ]] && { [[ $joined == no ]] || ! has_majority; }; then
  report "etcd is starting"
  return
fi
wait_healthy
report "etcd runs with what is on the disk"
