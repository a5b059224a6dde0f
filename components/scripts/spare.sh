# shellcheck shell=bash
# Runs on another member before a machine is changed in a way that stops or replaces it: only when all others are healthy.
: "${member:?}" "${spared:?}" "${other_endpoints:?}"

all_healthy "$other_endpoints" "touching the machine of $spared"
report "all but $spared are healthy, so its machine may be stopped"
