# shellcheck shell=bash
# Waits until the machine has finished its first boot, lets in the keys of now, and makes etcd's system user.
: "${instance_id:?}" "${login:?}" "${authorized_keys:?}"

wait_for_first_boot "$instance_id"
authorize "$login" "$authorized_keys"
# The same number on every image: the files on the volume outlive the machine that wrote them.
etcd_id=379
if ! getent passwd etcd >/dev/null; then
  systemd-sysusers --inline "u etcd $etcd_id \"etcd\" /nonexistent /usr/sbin/nologin"
  changed "user etcd"
fi
[[ "$(id -u etcd):$(id -g etcd)" == "$etcd_id:$etcd_id" ]] ||
  fail "user etcd has the IDs $(id -u etcd):$(id -g etcd), not $etcd_id:$etcd_id as the files on the data volume: on this \
image they are taken. Free them and remove user etcd (sudo userdel etcd), then run pulumi up again"
report "booted, user etcd is there"
