#!/bin/bash
# PID 1 of the machine: a volume of 40 GiB whose filesystem has 20, a writer on it, and the script under test.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mounted=/var/lib/etcd

finish() {
  echo "ended $?"
  sync
  echo o >/proc/sysrq-trigger
  sleep 60
}
trap finish EXIT

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
echo # what the firmware wrote has no end of line

device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0
mkdir -p "${device%/*}"
ln -s /dev/nvme0n2 "$device"
mkfs.ext4 -q "$device" 20G
mkdir -p "$mounted"
mount "$device" "$mounted"

# A write-ahead log: each write waits for the disk.
append() { dd if=/dev/zero of="$mounted/wal" bs=4k count=1 oflag=append,dsync conv=notrunc status=none; }
writes() { stat --format=%s "$mounted/wal"; }
show() { echo "$1: $(df --block-size=1 --output=size "$mounted" | tail -n 1) bytes, mounted as $(stat --format=%d "$mounted"), $(writes) written"; }

(while [[ ! -e /run/stop ]]; do append || echo "write failed"; done) &
writer=$!
until [[ -s $mounted/wal ]]; do sleep 0.1; done

show before
bash -s -- update resize-filesystem etcd-1 </resize-filesystem.sh
grown=$(writes)
until (($(writes) > grown)); do sleep 0.1; done
show after
bash -s -- update resize-filesystem etcd-1 </resize-filesystem.sh

touch /run/stop
wait "$writer"
umount "$mounted"
e2fsck -f -n "$device"
