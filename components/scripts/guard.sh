#!/usr/bin/env bash
# ExecStartPre of etcd.service: an etcd never starts on an empty directory by itself.
#
# A member whose directory was wiped would rejoin under its old ID and vote without what it had promised; three of them
# would come up as the same cluster, empty. So a start needs this member's own write-ahead log, or the permit that
# start.sh writes once, at birth. The permit is gone as soon as there is a log.
set -euo pipefail

# digest: what a restart would bring into force. The INITIAL_ settings are read on an empty directory only.
digest() {
  {
    grep --invert-match --extended-regexp '^(#|ETCD_INITIAL_)' /etc/etcd/etcd.conf
    cat /etc/etcd/pki/ca.crt /etc/systemd/system/etcd.service
    readlink /usr/local/bin/etcd
  } | sha256sum
}

if [[ ${1-} == digest ]]; then
  digest
  exit
fi

volume=$(dirname "$ETCD_DATA_DIR")
self="$ETCD_INITIAL_CLUSTER_TOKEN $ETCD_NAME"

refuse() {
  echo "etcd-aws: refusing to start $ETCD_NAME: $1" >&2
  exit 1
}

if [[ -f $volume/.identity && $(<"$volume/.identity") != "$self" ]]; then
  refuse "the data volume belongs to '$(<"$volume/.identity")', this is '$self'. Attach this member's own volume."
fi
if compgen -G "$ETCD_DATA_DIR/member/wal/*.wal" >/dev/null; then
  [[ -f $volume/.identity ]] || refuse "$ETCD_DATA_DIR holds a log, but nothing says whose. Attach this member's own volume."
  rm -f "$volume/.permit"
elif [[ ! -f $volume/.permit || ! -f $volume/.identity || $(<"$volume/.permit") != "$self" ]]; then
  refuse "no write-ahead log in $ETCD_DATA_DIR. A member that lost its log must not vote under its old ID:
docs/lost-member.md says how it is replaced."
fi

# What this process runs with; start.sh compares it with what lies on the disk.
digest >/run/etcd/started-with
