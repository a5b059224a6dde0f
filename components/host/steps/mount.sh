# shellcheck shell=bash
# Formats the data volume once and mounts it by UUID. A volume that holds anything is never formatted.
: "${volume_id:?}" "${mount_point:?}" "${fstab:?}"

device=$(data_device "$volume_id")
wait_for_device "$device" ||
  fail "volume $volume_id did not appear as $device within 60 s; is it attached to this instance?"

# blkid answers the same for an unreadable device as for an empty one.
dd if="$device" of=/dev/null bs=1M count=1 status=none || fail "volume $volume_id cannot be read"
type=$(blkid --probe --output value --match-tag TYPE "$device" || true)
if [[ -z $type ]]; then
  signatures=$(wipefs --no-act "$device") || fail "volume $volume_id cannot be searched for signatures, not formatting it"
  [[ -z $signatures ]] || fail "volume $volume_id holds no filesystem but something else, not formatting it: $signatures"
  mkfs.ext4 -q -m 0 "$device"
  changed "formatted $volume_id"
elif [[ $type != ext4 ]]; then
  fail "volume $volume_id holds $type, expected ext4 or nothing; not touching it"
fi

uuid=$(blkid --probe --output value --match-tag UUID "$device") || fail "the filesystem of $volume_id has no UUID"
# Its parents are for everybody to pass through.
(umask 022 && mkdir -p "$mount_point")
table=$(awk -v mount="$mount_point" '$2 != mount' "$fstab")
write_file "$fstab" 644 root:root < <(
  [[ -z $table ]] || printf '%s\n' "$table"
  printf 'UUID=%s %s ext4 defaults,noatime,nofail 0 2\n' "$uuid" "$mount_point"
)

mounted=$(findmnt --noheadings --output UUID --mountpoint "$mount_point" || true)
if [[ -z $mounted ]]; then
  systemctl daemon-reload
  systemctl start "$(systemd-escape --path --suffix=mount "$mount_point")"
  mounted=$(findmnt --noheadings --output UUID --mountpoint "$mount_point" || true)
  changed "mounted $volume_id"
fi
[[ $mounted == "$uuid" ]] || fail "$mount_point has filesystem ${mounted:-none}, expected $uuid of $volume_id; unmount it by hand after a look"

if [[ $(stat -c '%a %U:%G' "$mount_point") != "700 etcd:etcd" ]]; then
  chown etcd:etcd "$mount_point"
  chmod 700 "$mount_point"
  changed "owner of $mount_point"
fi
report "$volume_id is mounted at $mount_point"
