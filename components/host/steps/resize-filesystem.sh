# shellcheck shell=bash
# Grows the filesystem over a data volume that was made larger. Nothing to do at creation: mkfs takes all there is.
: "${host:?}" "${volume_id:?}" "${size_gib:?}" "${mount_point:?}" "${endpoint:?}"

device=$(data_device "$volume_id")
wait_for_device "$device" ||
  fail "volume $volume_id did not appear as $device within 60 s; is it attached to this instance?"
wanted=$((size_gib * 1024 ** 3))
for ((second = 0; second < 120; second++)); do
  bytes=$(blockdev --getsize64 "$device") || fail "volume $volume_id went away from $device; is it attached to this instance?"
  ((bytes < wanted)) || break
  sleep 1
done
((bytes >= wanted)) || fail "volume $volume_id has $bytes bytes here after 120 s, not $size_gib GiB; run pulumi up again"

blocks() {
  local count
  count=$(dumpe2fs -h "$device" 2>/dev/null | awk -F': *' '$1 == "Block count" { print $2 }')
  [[ $count =~ ^[0-9]+$ ]] || return
  printf '%s' "$count"
}
unreadable="the filesystem of $volume_id cannot be read. Look at it: sudo dumpe2fs -h $device"

# A kernel without CAP_SYS_RESOURCE for us, as in many containers, refuses to grow a filesystem that is mounted. EC2's do
# not. There it takes a stop of this member, with all the care of a restart.
grow_offline() {
  local status=0
  stop_and_unmount "growing the filesystem of $host"
  # 1 means that it mended something, and resize2fs wants it done before.
  e2fsck -f -p "$device" >/dev/null || status=$?
  ((status <= 1)) || fail "e2fsck of $volume_id ends with $status; etcd is stopped. Look at it: sudo e2fsck -f $device"
  LC_ALL=C resize2fs "$device" >/dev/null 2>&1 || fail "resize2fs of $volume_id fails; etcd is stopped. Run pulumi up again"
  systemctl start "$(systemd-escape --path --suffix=mount "$mount_point")"
  start_etcd
  if has_etcd && [[ -f $mount_point/.joined ]]; then wait_healthy; fi
  ! has_etcd || changed "restarted etcd"
}

before=$(blocks) || fail "$unreadable"
if ! findmnt --mountpoint "$mount_point" >/dev/null; then
  grow_offline # an earlier run was killed on the way
elif ! said=$(LC_ALL=C resize2fs "$device" 2>&1); then
  [[ $said == *"Permission denied"* ]] || fail "the filesystem of $volume_id does not grow: $said"
  grow_offline
fi
after=$(blocks) || fail "$unreadable"
[[ $after == "$before" ]] || changed "grew the filesystem from $before to $after blocks"
report "the filesystem fills $volume_id"
