# shellcheck shell=bash
# Runs on another member before a machine is changed in a way that stops or replaces it: only when all others are healthy.
: "${host:?}" "${subject:?}" "${peer_endpoints:?}"

all_healthy "$peer_endpoints" "touching the machine of $subject"
report "all but $subject are healthy, so its machine may be stopped"
