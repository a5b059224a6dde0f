# shellcheck shell=bash
# Waits until this member serves reads and writes that a quorum agreed to, and as many members as `size` have once served.
: "${endpoint:?}" "${size:?}" "${timeout_seconds:?}"

# members: a line for each member that the cluster counts, `started NAME` or `unstarted NAME`. A member publishes its client
# URLs and its name when it first serves; before, it has its peer URL alone.
members() {
  { etcdctl_to "$endpoint" --write-out=fields member list 2>/dev/null || true; } | awk '
    function show() { if (peer != "") print state, (name == "" ? peer : name) }
    { value = $3; gsub(/"/, "", value) }
    $1 == "\"ID\"" { show(); state = "unstarted"; name = peer = "" }
    $1 == "\"Name\"" { name = value }
    $1 == "\"PeerURL\"" { peer = value }
    $1 == "\"ClientURL\"" { state = "started" }
    END { show() }'
}

started() { members | awk '$1 == "started" { count++ } END { print count + 0 }'; }
unstarted() { members | awk '$1 == "unstarted" { print $2 }' | paste --serial --delimiters=' '; }

deadline=$((SECONDS + timeout_seconds))
until healthy "$endpoint" && (($(started) >= size)); do
  if ((SECONDS >= deadline)); then
    if healthy "$endpoint"; then
      fail "healthy itself, but after $timeout_seconds s $(started) of $size members have joined. Missing: $(unstarted). Look at theirs."
    fi
    fail_with_journal "not healthy after $timeout_seconds s: $(etcdctl_to "$endpoint" endpoint health 2>&1 | tail -n 1 | cut -c1-300)"
  fi
  sleep 0.3
done
report "healthy, one of $size members"
