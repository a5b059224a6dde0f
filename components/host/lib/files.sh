# shellcheck shell=bash
# Files, logins and devices of the machine.
: "${devices_directory:?}"

# write_file PATH MODE OWNER: standard input becomes the file's content, all at once or not at all. Not at the end of a
# pipeline, where the change would be noted in a subshell.
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
  changed "$path"
}

# wait_for_first_boot INSTANCE: until cloud-init is done. Newer releases of it end with 2 for an error that they went on
# after, which is no reason to stop here.
wait_for_first_boot() {
  local status=0 limit_seconds=240
  timeout "$limit_seconds" cloud-init status --wait >/dev/null || status=$?
  case $status in
    0 | 2) ;;
    124) fail "the first boot of $1 did not end within $limit_seconds s. Look at /var/log/cloud-init.log there, then run pulumi up again." ;;
    *) fail "cloud-init ended with an error on $1: $(cloud-init status --long | tr '\n' ' '). See /var/log/cloud-init.log there." ;;
  esac
}

# authorize LOGIN KEYS: from now on these keys log in, and no other.
authorize() { write_file "$(getent passwd "$1" | cut -d: -f6)/.ssh/authorized_keys" 600 "$1:$1" < <(printf '%s\n' "$2"); }

# data_device VOLUME_ID: EC2 names NVMe volumes by their ID without the dash; names such as nvme1n1 change with the boot.
data_device() { printf '%s/nvme-Amazon_Elastic_Block_Store_%s' "$devices_directory" "${1/-/}"; }

# wait_for_device DEVICE: until the kernel shows it.
wait_for_device() {
  local second
  for ((second = 0; second < 60; second++)); do
    if test -b "$1"; then return; fi
    sleep 1
  done
  return 1
}
