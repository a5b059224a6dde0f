# shellcheck shell=bash
# The gate: waits until this member serves reads and writes that a quorum agreed to, and knows that all others do.
: "${host:?}" "${endpoint:?}" "${size:?}" "${timeout_seconds:?}"

# Names of members that the cluster counts but that have never served.
silent() { members "$endpoint" | awk -F', ' '$5 == "" { print ($3 == "" ? $4 : $3) }' | paste -sd' '; }
serving() { members "$endpoint" | awk -F', ' '$5 != "" { count++ } END { print count + 0 }'; }

deadline=$((SECONDS + timeout_seconds))
until healthy "$endpoint" && [[ $(serving) == "$size" ]]; do
  if ((SECONDS >= deadline)); then
    if healthy "$endpoint"; then
      fail "healthy itself, but after $timeout_seconds s these members have not joined: $(silent). Look at theirs."
    fi
    explain "not healthy after $timeout_seconds s: $(member_etcdctl "$endpoint" endpoint health 2>&1 | tail -n 1 | cut -c1-300)"
  fi
  sleep 0.3
done
report "healthy, one of $size members"
