# shellcheck shell=bash
# Runs on another member before a machine is changed in a way that stops or replaces it: only when all others are healthy.
: "${subject:?}" "${peer_endpoints:?}"

require_healthy_peers "touching the machine of $subject"
report "all but $subject are healthy, so its machine may be stopped"
