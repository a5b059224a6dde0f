#!/usr/bin/env bash
# Turns members back into machines that have only booted. All that etcd held is gone: for measuring, in the sandbox.
#
#   ./sandbox/run bench/reset.sh NAME…
set -euo pipefail

[[ ${AWS_ENDPOINT_URL-} == http://127.0.0.1:* ]] || {
  echo "reset.sh wipes disks and runs only inside the sandbox: ./sandbox/run bench/reset.sh" >&2
  exit 1
}

wipe() {
  ssh "$1" sudo bash -s <<'EOF'
set -euo pipefail
systemctl disable --now --quiet etcd || true
umount /var/lib/etcd 2>/dev/null || true
wipefs --all --quiet /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol*
sed -i '\| /var/lib/etcd |d' /etc/fstab
rm -rf /etc/systemd/system/etcd.service /etc/etcd /opt/etcd /var/lib/etcd /usr/local/lib/etcd-aws /usr/local/bin/etcd*
rm -f /home/admin/etcd-*.tar.gz
systemctl daemon-reload
userdel etcd 2>/dev/null || true
EOF
}

jobs=()
for member in "$@"; do
  wipe "$member" &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done
