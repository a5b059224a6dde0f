# shellcheck shell=bash
# Waits until the machine has finished its first boot, lets in the keys of now, and makes etcd's system user.
: "${host:?}" "${instance_id:?}" "${login:?}" "${authorized_keys:?}"

booted "$instance_id"
authorize "$login" "$authorized_keys"
# The same number on every image: the files on the volume outlive the machine that wrote them.
etcd_id=379
if ! getent passwd etcd >/dev/null; then
  groupadd --system --gid "$etcd_id" etcd
  useradd --system --uid "$etcd_id" --gid etcd --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin etcd
  note "user etcd"
fi
report "booted, user etcd is there"
