# shellcheck shell=bash
# Reports: what a script changed, in one line at its end, `changed: …` or `unchanged: …`; and why it gave up.

changes=()

note() { changes+=("$1"); }

changed() { ((${#changes[@]})); }

report() {
  if changed; then
    local IFS=,
    printf 'changed: %s\n' "${changes[*]}"
  else
    printf 'unchanged: %s\n' "$1"
  fi
}

fail() {
  printf '%s: %s\n' "${host:?}" "$1" >&2
  exit 1
}

# explain REASON: why etcd here is not healthy, with the end of its journal; then give up.
explain() {
  {
    printf '%s: %s\n' "$host" "$1"
    printf 'etcd.service is %s; the last lines of its journal:\n' "$(systemctl is-active etcd || true)"
    journalctl --unit=etcd --lines=20 --no-pager --output=cat | cut -c1-400
    printf 'Look closer on the machine (output sshConfig): sudo journalctl -u etcd. Then run pulumi up again.\n'
  } >&2
  exit 1
}
