# shellcheck shell=bash
# Reports: what a script changed, in one line at its end, `changed: …` or `unchanged: …`; and why it gave up.
: "${host:?}"

changes=()

# changed WHAT: to be called in the script's own shell; a subshell or a pipeline would lose it.
changed() { changes+=("$1"); }

has_changed() { ((${#changes[@]})); }

# report STATE: the last line. STATE is what is true now, for a run that changed nothing.
report() {
  if has_changed; then
    local IFS=,
    printf 'changed: %s\n' "${changes[*]}"
  else
    printf 'unchanged: %s\n' "$1"
  fi
}

# fail REASON: what, where, and what to do.
fail() {
  printf '%s: %s\n' "$host" "$1" >&2
  exit 1
}

# fail_with_journal REASON: why etcd here is not healthy, with the end of its journal.
fail_with_journal() {
  {
    printf '%s: %s\n' "$host" "$1"
    printf 'etcd.service is %s; the last lines of its journal:\n' "$(systemctl is-active etcd || true)"
    journalctl --unit=etcd --lines=20 --no-pager --output=cat | cut -c1-400
    printf 'Look closer on the machine (output sshConfig): sudo journalctl -u etcd. Then run pulumi up again.\n'
  } >&2
  exit 1
}
