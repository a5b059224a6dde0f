# shellcheck shell=bash
# What every script on a machine uses. A script ends with one line, `changed: …` or `unchanged: …`.

changes=()

note() { changes+=("$1"); }

changed() { ((${#changes[@]})); }

report() {
  if changed; then
    local IFS=,
    printf 'changed: %s\n' "${changes[*]}"
  else
    printf 'unchanged: %s\n' "$1"
  fi
}

fail() {
  printf '%s: %s\n' "${member:?}" "$1" >&2
  exit 1
}

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

# member_etcdctl ENDPOINTS COMMAND…: etcdctl with this member's own certificate.
member_etcdctl() {
  local endpoints=$1
  shift
  timeout 10 etcdctl --endpoints="$endpoints" --cacert=/etc/etcd/pki/ca.crt --cert=/etc/etcd/pki/server.crt \
    --key=/etc/etcd/pki/server.key --command-timeout=5s --dial-timeout=2s "$@"
}

# The fields of these lines are parted by comma and space. Their JSON would need a parser, and holds IDs too large for one.
# members ENDPOINTS: ID, status, name, peer URLs, client URLs, is learner
members() { member_etcdctl "$1" member list 2>/dev/null || true; }

# statuses ENDPOINTS: endpoint, ID, version, size, is leader, is learner, term, index, applied index, errors
statuses() { member_etcdctl "$1" endpoint status 2>/dev/null || true; }

healthy() { member_etcdctl "$1" endpoint health >/dev/null 2>&1; }

# all_healthy ENDPOINTS WHAT: nothing is stopped unless every other member is healthy and no alarm is raised.
all_healthy() {
  local each alarms
  for each in ${1//,/ }; do
    healthy "$each" || fail "not $2: $each is not healthy. Mend that member first; if it was never made, set back what
you changed, run pulumi up, and change it then."
  done
  alarms=$(member_etcdctl "$1" alarm list) || fail "not $2: the cluster does not tell its alarms"
  [[ -z $alarms ]] || fail "not $2: the cluster has raised $alarms. Clear it first."
}

# hold_cluster_lock ENDPOINTS WHAT: until the script ends. It keeps two operators with two backends from stopping members
# at once.
hold_cluster_lock() {
  coproc cluster_lock {
    exec etcdctl --endpoints="$1" --cacert=/etc/etcd/pki/ca.crt --cert=/etc/etcd/pki/server.crt \
      --key=/etc/etcd/pki/server.key --dial-timeout=2s lock --ttl=30 etcd-aws/restart
  }
  lock_process=$!
  trap 'kill "$lock_process" 2>/dev/null || true' EXIT
  read -r -t 60 -u "${cluster_lock[0]}" || fail "not $2: another operator holds the lock etcd-aws/restart in the cluster"
}

# move_leadership ENDPOINT OTHERS WHAT: away from the member that is about to be stopped.
move_leadership() {
  local leads target
  leads=$(statuses "$1" | awk -F', ' '{ print $5 }')
  [[ $leads == true ]] || return 0
  target=$(statuses "$2" | awk -F', ' '$6 == "false" { id = $2 } END { print id }')
  member_etcdctl "$1" move-leader "$target" >/dev/null || fail "not $3: the leadership does not move to $target"
}

# stop_and_unmount ENDPOINT OTHERS MOUNT_POINT WHAT: etcd stopped in order and its volume free, or all as it was.
stop_and_unmount() {
  local unit
  # An etcd that does not run has no vote to lose.
  if [[ $(systemctl is-active etcd || true) == active && -n $2 ]]; then
    hold_cluster_lock "$2" "$4"
    all_healthy "$2" "$4"
    move_leadership "$1" "$2" "$4"
  fi
  unit=$(systemd-escape --path --suffix=mount "$3")
  if ! systemctl stop etcd || ! systemctl stop "$unit" || findmnt --mountpoint "$3" >/dev/null; then
    systemctl start --no-block etcd
    fail "not $4: $3 stays mounted, something there is still in use. etcd runs again."
  fi
}

# raft_lag ENDPOINT OTHERS: how far this member's applied index is behind the newest index that any member has.
raft_lag() {
  statuses "$1${2:+,$2}" | awk -F', ' -v own="$1" '
    $8 > newest { newest = $8 }
    $1 == own { applied = $9; found = 1 }
    END { if (!found) exit 1; print newest - applied }'
}

# wait_healthy ENDPOINT OTHERS
wait_healthy() {
  local deadline=$((SECONDS + 120)) lag
  until healthy "$1" && lag=$(raft_lag "$1" "$2" 2>/dev/null) && ((lag < 1000)); do
    ((SECONDS < deadline)) || explain "etcd is not healthy after 120 s"
    sleep 0.5
  done
}

# data_device VOLUME_ID: EC2 names NVMe volumes by their ID without the dash; names such as nvme1n1 change with the boot.
data_device() { printf '/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_%s' "${1/-/}"; }

# explain REASON: why etcd here is not healthy, with the end of its journal; then give up.
explain() {
  {
    printf '%s: %s\n' "$member" "$1"
    printf 'etcd.service is %s; the last lines of its journal:\n' "$(systemctl is-active etcd || true)"
    journalctl --unit=etcd --lines=20 --no-pager --output=cat | cut -c1-400
    printf 'Look closer on the machine (output sshConfig): sudo journalctl -u etcd. Then run pulumi up again.\n'
  } >&2
  exit 1
}
