# shellcheck shell=bash
# Writes certificates, configuration and unit. Changes nothing that runs: etcd reads new leaf certificates by itself,
# and start.sh restarts it for the rest.
: "${host:?}" "${ca_certificate:?}" "${server_certificate:?}" "${server_key:?}" "${peer_certificate:?}" "${peer_key:?}"
: "${configuration:?}" "${unit:?}" "${start_guard:?}" "${mark_joined:?}"

install -d -m 755 -o root -g root /etc/etcd /usr/local/lib/etcd-aws
install -d -m 700 -o etcd -g etcd /etc/etcd/pki
write_file /etc/etcd/pki/ca.crt 600 etcd:etcd < <(printf '%s\n' "$ca_certificate")
write_file /etc/etcd/pki/server.key 600 etcd:etcd < <(printf '%s\n' "$server_key")
write_file /etc/etcd/pki/server.crt 600 etcd:etcd < <(printf '%s\n' "$server_certificate")
write_file /etc/etcd/pki/peer.key 600 etcd:etcd < <(printf '%s\n' "$peer_key")
write_file /etc/etcd/pki/peer.crt 600 etcd:etcd < <(printf '%s\n' "$peer_certificate")
write_file /etc/etcd/etcd.conf 640 root:etcd < <(printf '%s' "$configuration")
write_file /usr/local/lib/etcd-aws/start-guard 755 root:root < <(printf '%s' "$start_guard")
write_file /usr/local/lib/etcd-aws/mark-joined 755 root:root < <(printf '%s' "$mark_joined")
write_file /etc/systemd/system/etcd.service 644 root:root < <(printf '%s' "$unit")
systemctl daemon-reload
report "certificates, configuration and unit are as wanted"
