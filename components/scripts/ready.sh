# shellcheck shell=bash
# Waits until the machine has finished its first boot, and makes etcd's system user.
: "${member:?}" "${instance_id:?}"

if ! timeout 240 cloud-init status --wait >/dev/null; then
  fail "cloud-init ended with an error on $instance_id: $(cloud-init status --long | tr '\n' ' '). See /var/log/cloud-init.log there."
fi
if ! getent passwd etcd >/dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin etcd
  note "user etcd"
fi
report "booted, user etcd is there"
