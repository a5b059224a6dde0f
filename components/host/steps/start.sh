# shellcheck shell=bash
# Brings etcd to run with what lies on the disk: starts it, or restarts it in its turn, and returns when the member is
# healthy, so that the next member's turn comes after this one's.
#
# Two cases do not wait. Before a member has ever joined, the others may have to be started first. And where too few answer
# for a quorum, there is nothing to protect by waiting: the next member has to be started before this one is ready.
: "${member:?}" "${mount_point:?}" "${data_directory:?}" "${endpoint:?}" "${size:?}" "${guards_directory:?}" "${peer_urls=}"

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

has_log || [[ -f $mount_point/.permit ]] || fail_without_log "no write-ahead log in $data_directory"
case $(systemctl is-active etcd || true) in
  active | reloading) state=running ;;
  activating) state=starting ;;
  *) state=stopped ;;
esac
# Read after the state: a member that runs has joined, and has the mark by then.
joined=no
if [[ -f $mount_point/.joined ]]; then joined=yes; fi
files=stale
if "$guards_directory/start-guard" current; then files=current; fi
systemctl is-enabled --quiet etcd || systemctl enable --quiet etcd

case "$state $files" in
  stopped*)
    systemctl start --no-block etcd
    changed "started etcd"
    ;;
  # It serves nobody yet, and with the old files it may never do. `start` would be no more than what systemd does already.
  "starting stale")
    systemctl restart --no-block etcd
    changed "restarted etcd, which was still starting"
    ;;
  "running stale") restart_in_turn ;;
esac

if [[ $state != running ]] && { [[ $joined == no ]] || ! has_majority; }; then
  report "etcd is starting"
  return
fi
wait_healthy
report "etcd runs with what is on the disk"
