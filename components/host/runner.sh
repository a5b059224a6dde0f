# shellcheck shell=bash
# First lines of what a command reads: the machine's lock, the time limit, and a second bash that reads the rest.
#
# One compound command, so that this bash never comes to the rest. It ends with a sentence where the lock or the time runs
# out; pulumi-command itself shows no more than a status. 75 is flock's when the lock was not free in time.
{
  status=0
  flock --close --conflict-exit-code 75 --wait "${lock_wait_seconds:?}" "${machine_lock:?}" \
    timeout --kill-after=10 "${limit_seconds:?}" bash -s -- "$@" || status=$?
  case $status in
    75) echo "$3: $2 did not run: an earlier run still worked on this machine after $lock_wait_seconds s. It ends by its \
own time limit; then run pulumi up again." >&2 ;;
    124) ((SECONDS < limit_seconds)) || echo "$3: $2 did not end within $limit_seconds s and was stopped. Look at the machine (output sshConfig), then \
run pulumi up again." >&2 ;;
    137) echo "$3: $2 was killed: it did not end when its $limit_seconds s were over, or memory ran out. Look at the \
machine (output sshConfig), then run pulumi up again." >&2 ;;
  esac
  exit "$status"
}
