# shellcheck shell=bash
# Writes certificates, configuration and unit. Changes nothing that runs: etcd reads new leaf certificates by itself,
# and start.sh restarts it for the rest.
: "${ca_certificate:?}" "${server_certificate:?}" "${server_key:?}" "${peer_certificate:?}" "${peer_key:?}"
: "${etcd_configuration:?}" "${unit:?}" "${start_guard:?}" "${mark_joined:?}"
: "${configuration:?}" "${etcd_unit:?}" "${pki_directory:?}" "${unit_programs_directory:?}"

install -d -m 755 -o root -g root "${configuration%/*}" "$unit_programs_directory"
install -d -m 700 -o etcd -g etcd "$pki_directory"
write_file "$pki_directory/ca.crt" 600 etcd:etcd < <(printf '%s\n' "$ca_certificate")
write_file "$pki_directory/server.key" 600 etcd:etcd < <(printf '%s\n' "$server_key")
write_file "$pki_directory/server.crt" 600 etcd:etcd < <(printf '%s\n' "$server_certificate")
write_file "$pki_directory/peer.key" 600 etcd:etcd < <(printf '%s\n' "$peer_key")
write_file "$pki_directory/peer.crt" 600 etcd:etcd < <(printf '%s\n' "$peer_certificate")
write_file "$configuration" 640 root:etcd < <(printf '%s' "$etcd_configuration")
write_file "$unit_programs_directory/start-guard" 755 root:root < <(printf '%s' "$start_guard")
write_file "$unit_programs_directory/mark-joined" 755 root:root < <(printf '%s' "$mark_joined")
write_file "$etcd_unit" 644 root:root < <(printf '%s' "$unit")
systemctl daemon-reload
report "certificates, configuration and unit are as wanted"
