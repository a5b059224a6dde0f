# shellcheck shell=bash
# Facts about this member, from its data volume and its peers.
: "${pki_directory:?}" "${peer_urls:=}"

has_log() { compgen -G "${data_directory:?}/member/wal/*.wal" >/dev/null; }

# fail_without_log REASON
fail_without_log() {
  fail "$1. A member that lost its log must not vote under its old ID: docs/lost-member.md says how it is replaced."
}

# members_known_to PEER_URL: what a peer answers at its peer port. It does so before there is a quorum; the client port
# would hold the question until then. Ends with 3 where nobody listens, and with 1 where somebody does and does not answer.
members_known_to() {
  local status=0
  curl --silent --fail --http1.1 --noproxy '*' --max-time 4 --cacert "$pki_directory/ca.crt" \
    --cert "$pki_directory/peer.crt" --key "$pki_directory/peer.key" "$1/members" || status=$?
  case $status in
    0) ;;
    7) return 3 ;; # refused, or no route
    28) # The time is over for a machine that is off and for a member that hangs; curl does not tell them apart.
      if accepts_connections "$1"; then return 1; else return 3; fi
      ;;
    *) return 1 ;;
  esac
}

# accepts_connections URL: by bash's own means, which end once TCP is connected.
accepts_connections() {
  local address=${1#*//}
  timeout 2 bash -c ": </dev/tcp/${address%:*}/${address##*:}" 2>/dev/null
}
