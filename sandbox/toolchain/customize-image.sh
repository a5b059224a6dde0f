#!/usr/bin/env bash
# Turns the packages in ROOT into what Debian's own image for EC2 is: cloud-init makes the user `admin`, root has no
# login, and nothing that tells one machine from another is in it. mmdebstrap calls it with the folder of the image.
set -euo pipefail
umask 022
root=$1

cat >"$root/etc/cloud/cloud.cfg.d/01_debian_cloud.cfg" <<'EOF'
datasource_list: [NoCloud, None]
disable_root: true
ssh_pwauth: false
locale: C.UTF-8
system_info:
  default_user:
    name: admin
    gecos: Debian
    lock_passwd: true
    shell: /bin/bash
    groups: [adm, systemd-journal]
    sudo: ["ALL=(ALL) NOPASSWD:ALL"]
EOF

cat >"$root/etc/ssh/sshd_config.d/50-cloud.conf" <<'EOF'
PermitRootLogin no
PasswordAuthentication no
EOF
chroot "$root" passwd --quiet --lock root

echo 'en_US.UTF-8 UTF-8' >"$root/etc/locale.gen"
chroot "$root" locale-gen
echo 'LANG=C.UTF-8' >"$root/etc/default/locale"

systemctl --root="$root" enable systemd-networkd.service
# A region has no way out, so these could only fail.
systemctl --root="$root" disable apt-daily.timer apt-daily-upgrade.timer

rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/{hostname,machine-id,resolv.conf} "$root/var/lib/dbus/machine-id"
: >"$root/etc/machine-id"
: >"$root/etc/resolv.conf"
