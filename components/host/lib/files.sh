# shellcheck shell=bash
# Files, logins and devices of the machine.

# write_file PATH MODE OWNER: standard input becomes the file's content, all at once or not at all. Not at the end of a
# pipe, where what it notes would be lost.
write_file() {
  local path=$1 mode=$2 owner=$3 new
  rm -f "$path".new.?????? # of a run that was killed
  new=$(mktemp "$path.new.XXXXXX")
  cat >"$new"
  chmod "$mode" "$new"
  chown "$owner" "$new"
  if cmp -s "$new" "$path" && [[ $(stat -c '%a %U:%G' "$path") == "$(stat -c '%a %U:%G' "$new")" ]]; then
    rm -f "$new"
    return
  fi
  sync "$new"
  mv -f "$new" "$path"
  note "$path"
}

# booted INSTANCE: waits until the first boot is done.
booted() {
  timeout 240 cloud-init status --wait >/dev/null ||
    fail "cloud-init ended with an error on $1: $(cloud-init status --long | tr '\n' ' '). See /var/log/cloud-init.log there."
}

# authorize LOGIN KEYS: from now on these keys log in, and no other.
authorize() { write_file "$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys" 600 "$1:$1" < <(printf '%s\n' "$2"); }

# data_device VOLUME_ID: EC2 names NVMe volumes by their ID without the dash; names such as nvme1n1 change with the boot.
data_device() { printf '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_%s' "${1/-/}"; }
