# shellcheck shell=bash
# The gate: waits until this member serves reads and writes that a quorum agreed to, and knows all the others.
: "${member:?}" "${endpoint:?}" "${size:?}" "${timeout_seconds:?}"

serving() { members "$endpoint" | awk -F', ' '$5 != "" { count++ } END { print count + 0 }'; }

deadline=$((SECONDS + timeout_seconds))
until healthy "$endpoint" && [[ $(serving) == "$size" ]]; do
  if ((SECONDS >= deadline)); then
    explain "not healthy after $timeout_seconds s: $(member_etcdctl "$endpoint" endpoint health 2>&1 | tail -n 1 | cut -c1-300)"
  fi
  sleep 0.3
done
report "healthy, one of $size members"
