#!/usr/bin/env bash
# What a careful operator would run by hand, on machines that have booted: certificates, then etcd on all members at
# once, until every member is healthy. The yardstick for up_ratio.py. It does once what the program does once, and no more.
#
#   ./sandbox/run bench/by_hand.sh TARBALL SHA256 NAME=ADDRESS…
set -euo pipefail
umask 077

tarball=$1 sha256=$2
shift 2
members=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

initial_cluster=$(printf '%s\n' "${members[@]}" | sed 's|=\(.*\)|=https://\1:2380|' | paste -sd,)
endpoints=$(printf '%s\n' "${members[@]}" | sed 's|.*=\(.*\)|https://\1:2379|' | paste -sd,)
token=by-hand-$(openssl rand -hex 8)

key() { openssl ecparam -genkey -name prime256v1 -noout -out "$1"; }

# certify NAME ADDRESS: a certificate for server and client use, signed by the CA.
certify() {
  local name=$1 address=$2
  key "$work/$name.key"
  openssl req -new -key "$work/$name.key" -subj "/CN=$name" |
    openssl x509 -req -CA "$work/ca.crt" -CAkey "$work/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 365 \
      -out "$work/$name.crt" -extfile <(
        printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:%s,IP:%s,IP:127.0.0.1\n' "$name" "$address"
      ) 2>/dev/null
}

configuration() {
  local name=$1 address=$2
  cat <<EOF
ETCD_NAME=$name
ETCD_DATA_DIR=/var/lib/etcd/default.etcd
ETCD_LISTEN_CLIENT_URLS=https://$address:2379,https://127.0.0.1:2379
ETCD_ADVERTISE_CLIENT_URLS=https://$address:2379
ETCD_LISTEN_PEER_URLS=https://$address:2380
ETCD_INITIAL_ADVERTISE_PEER_URLS=https://$address:2380
ETCD_INITIAL_CLUSTER=$initial_cluster
ETCD_INITIAL_CLUSTER_TOKEN=$token
ETCD_INITIAL_CLUSTER_STATE=new
ETCD_CERT_FILE=/etc/etcd/pki/$name.crt
ETCD_KEY_FILE=/etc/etcd/pki/$name.key
ETCD_TRUSTED_CA_FILE=/etc/etcd/pki/ca.crt
ETCD_CLIENT_CERT_AUTH=true
ETCD_PEER_CERT_FILE=/etc/etcd/pki/$name.crt
ETCD_PEER_KEY_FILE=/etc/etcd/pki/$name.key
ETCD_PEER_TRUSTED_CA_FILE=/etc/etcd/pki/ca.crt
ETCD_PEER_CLIENT_CERT_AUTH=true
EOF
}

unit() {
  cat <<'EOF'
[Unit]
Description=etcd
After=network-online.target
RequiresMountsFor=/var/lib/etcd
[Service]
Type=notify
User=etcd
EnvironmentFile=/etc/etcd/etcd.conf
ExecStart=/usr/local/bin/etcd
Restart=always
TimeoutStartSec=infinity
LimitNOFILE=65536
[Install]
WantedBy=multi-user.target
EOF
}

# On the machine, as root. Standard input: a tar of the release and the files made above.
on_the_machine() {
  cat <<EOF
set -euo pipefail
umask 077
useradd --system --user-group --no-create-home --shell /usr/sbin/nologin etcd
mkdir -p /etc/etcd/pki /var/lib/etcd /opt/etcd
tar -x -C /etc/etcd/pki
cd /etc/etcd/pki
echo "$sha256  release.tar.gz" | sha256sum --check --quiet
tar -xzf release.tar.gz -C /opt/etcd --strip-components=1 --no-same-owner
rm release.tar.gz
chmod 755 /opt/etcd /opt/etcd/etcd /opt/etcd/etcdctl /opt/etcd/etcdutl /etc/etcd
ln -sf /opt/etcd/etcd /opt/etcd/etcdctl /opt/etcd/etcdutl /usr/local/bin/
mv etcd.conf /etc/etcd/etcd.conf
mv etcd.service /etc/systemd/system/etcd.service
device=\$(readlink -f /dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol*)
mkfs.ext4 -q -m 0 "\$device"
echo "UUID=\$(blkid -s UUID -o value "\$device") /var/lib/etcd ext4 defaults,noatime,nofail 0 2" >>/etc/fstab
systemctl daemon-reload
systemctl start var-lib-etcd.mount
chown -R etcd:etcd /var/lib/etcd /etc/etcd/pki
systemctl enable --quiet etcd
systemctl start --no-block etcd
EOF
}

install_member() {
  local name=$1 address=$2 folder=$work/$1.files
  certify "$name" "$address"
  mkdir "$folder"
  cp "$work/ca.crt" "$work/$name.crt" "$work/$name.key" "$folder"
  cp --reflink=auto "$tarball" "$folder/release.tar.gz"
  configuration "$name" "$address" >"$folder/etcd.conf"
  unit >"$folder/etcd.service"
  tar -c -C "$folder" . | ssh "$name" sudo bash -c "$(printf %q "$(on_the_machine)")"
}

key "$work/ca.key"
openssl req -x509 -new -key "$work/ca.key" -subj /CN=by-hand -days 3650 -out "$work/ca.crt"
jobs=()
for member in "${members[@]}"; do
  install_member "${member%%=*}" "${member#*=}" &
  jobs+=($!)
done
certify admin 127.0.0.1
for job in "${jobs[@]}"; do wait "$job"; done

unset ETCDCTL_ENDPOINTS ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY
for ((attempt = 0; attempt < 300; attempt++)); do
  if etcdctl --endpoints="$endpoints" --cacert="$work/ca.crt" --cert="$work/admin.crt" --key="$work/admin.key" \
    --dial-timeout=1s --command-timeout=1s endpoint health >/dev/null 2>&1; then
    exit 0
  fi
  sleep 0.1
done
echo "by_hand.sh: not healthy after 30 s" >&2
exit 1
