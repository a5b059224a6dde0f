#!/bin/bash
# Every program that scripts call on a machine and that must not really run, by the name it is called by. What the machine
# is like stands in files below $FAKE, which machine.py writes and these change.
#
# A call that changes the machine is a step: the one with the number $KILL_AT kills the script, and everything that it
# started, before anything happens.
name=${0##*/}
printf '%s\n' "$name${*:+ $*}" >>"$FAKE/calls"

step() {
  local steps
  printf '.\n' >>"$FAKE/steps"
  mapfile -t steps <"$FAKE/steps"
  if [[ ${#steps[@]} == "${KILL_AT-}" ]]; then kill -KILL 0; fi
}
# really ARG…: the program itself.
really() { PATH=$REAL_PATH exec "$name" "$@"; }
is() { [[ -e $FAKE/$1 ]]; }
value() { if is "$1"; then echo "$(<"$FAKE/$1")"; else echo "${2-}"; fi; }
# last ARG…: the last one.
last() { echo "${!#}"; }
# is_new ARG…: a file that is being written and that nobody reads yet. To move it into its place is a step.
is_new() { [[ $name != mv && $(last "$@") == *.new.?????? ]]; }
number_of() { local url=$1 host; host=${url#https://}; host=${host%%:*}; echo "${host##*.}"; }

# What systemd does for etcd: the guard, etcd itself, and the mark once it has joined. $FAKE/join tells that it can.
start_etcd() {
  local ETCD_DATA_DIR ETCD_NAME ETCD_INITIAL_CLUSTER_TOKEN
  ETCD_DATA_DIR=$(value data-directory) ETCD_NAME=$(value name) ETCD_INITIAL_CLUSTER_TOKEN=$(value token)
  export ETCD_DATA_DIR ETCD_NAME ETCD_INITIAL_CLUSTER_TOKEN
  echo activating >"$FAKE/etcd"
  REAL="env PATH=$REAL_PATH"
  $REAL mkdir -p "$RUNTIME_DIRECTORY"
  $REAL "$UNIT_PROGRAMS_DIRECTORY/start-guard" 2>>"$FAKE/journal" || return
  $REAL mkdir -p "$ETCD_DATA_DIR/member/wal"
  is wal || $REAL touch "$ETCD_DATA_DIR/member/wal/0.wal"
  if is join; then
    $REAL "$UNIT_PROGRAMS_DIRECTORY/mark-joined"
    echo active >"$FAKE/etcd"
  fi
}

stop_etcd() {
  echo inactive >"$FAKE/etcd"
  PATH=$REAL_PATH rm -rf "$RUNTIME_DIRECTORY"
}

systemctl() {
  case "$*" in
    "is-active etcd") value etcd; [[ $(value etcd) == active ]] ;;
    "is-enabled --quiet etcd") is enabled ;;
    "enable --quiet etcd") step; : >"$FAKE/enabled" ;;
    "daemon-reload" | "reload ssh") step; ! is "broken-$1" ;;
    "start --no-block etcd")
      step
      if [[ $(value etcd) =~ ^(inactive|failed)$ ]]; then start_etcd; fi
      ;;
    "restart etcd" | "restart --no-block etcd") step; ! is broken-restart || return 1; stop_etcd; start_etcd ;;
    "stop etcd") step; ! is broken-stop || return 1; stop_etcd ;;
    start\ *.mount) step; is broken-mount || volume_uuid >"$FAKE/mounted" ;;
    stop\ *.mount) step; ! is busy && PATH=$REAL_PATH rm -f "$FAKE/mounted" ;;
    *) echo "systemctl $*: not known to the stub" >&2; exit 99 ;;
  esac
}

volume_uuid() { echo "uuid-of-$(value filesystem)"; }

# An alarm makes every member unhealthy for etcdctl.
health_of() {
  local number
  [[ $(<"$FAKE/alarm-list") != *AlarmType* ]] || return 1
  number=$(number_of "$1")
  if [[ $number == "$(value number)" ]]; then { [[ $(value etcd) == active ]] || is serves; } && ! is sick; else ! is "sick-$number"; fi
}

etcdctl() {
  local endpoints="" argument words=()
  for argument in "$@"; do
    case $argument in
      --endpoints=*) endpoints=${argument#*=} ;;
      --*) ;;
      *) words+=("$argument") ;;
    esac
  done
  case "${words[*]}" in
    "endpoint health") health_of "$endpoints" || { echo "$endpoints is unhealthy: $(value sick)"; return 1; } ;;
    "endpoint status") cat "$FAKE/status-$(number_of "$endpoints")" ;;
    "member list") ! is no-quorum && cat "$FAKE/member-list" ;;
    "alarm list") ! is no-alarms && cat "$FAKE/alarm-list" ;;
    move-leader\ *)
      step
      ! is broken-move-leader || return 1
      PATH=$REAL_PATH sed -i "s/^\"Leader\" .*/\"Leader\" : $(printf '%u' "0x${words[1]}")/" "$FAKE"/status-*
      ;;
    lock\ *)
      case $(value lock) in
        held) PATH=$REAL_PATH exec sleep 30 ;;
        fails) echo "Error: etcdserver: no leader" >&2; return 1 ;;
        expires) echo "${words[1]}/694d8c" ;;
        *) echo "${words[1]}/694d8c"; PATH=$REAL_PATH exec sleep 30 ;;
      esac
      ;;
    *) echo "etcdctl $*: not known to the stub" >&2; exit 99 ;;
  esac
}

# $FAKE/peer-NUMBER: what is at a peer port: an answer, `silent` (connected, no answer), `nothing` (no connection in time), or
# a stranger with another CA. Without it the connection is refused.
curl() {
  local answer
  answer=$(value "peer-$(number_of "$(last "$@")")" refused)
  case $answer in
    refused) return 7 ;;
    nothing | silent) return 28 ;;
    stranger) return 60 ;;
    *) echo "$answer" ;;
  esac
}

user_etcd() { PATH=$REAL_PATH grep ^etcd: "$FAKE/accounts/etc/passwd"; }

blkid() {
  [[ $(value filesystem) != "" ]] || return 2
  case "$*" in *TYPE*) value filesystem ;; *UUID*) volume_uuid ;; esac
}

case $name in
  bash)
    [[ $1 == -c && $2 == *"/dev/tcp/"* ]] || really "$@"
    address=${2%/*}
    [[ $(value "peer-${address##*.}") == silent ]]
    ;;
  systemctl | etcdctl | curl | blkid) "$name" "$@" ;;
  journalctl) value journal ;;
  cloud-init) [[ $1 == status ]] && { [[ $2 != --wait ]] || exit "$(value cloud-init 0)"; echo "status: error"; } ;;
  getent) if [[ $2 != etcd ]]; then echo "$2:x:1000:1000::$(value home):/bin/bash"; else user_etcd >/dev/null; fi ;;
  systemd-sysusers) step; really --root="$FAKE/accounts" "$@" ;;
  id) user_etcd | cut -d: -f"$([[ $1 == -u ]] && echo 3 || echo 4)" ;;
  sshd) echo "20-bastion.conf line 3: Bad configuration option" ;;
  sysctl) step ;;
  # Owners are kept beside the files, by the name that a file will have: tests do not run as root.
  chown) is_new "$@" || step; file=$(last "$@") file=${file%.new.??????}; echo "$1" >"$FAKE/owner-${file//\//%}" ;;
  stat) file=$(last "$@") file=${file%.new.??????}
    mode=$(PATH=$REAL_PATH command stat -c %a "$(last "$@")")
    echo "$mode $(value "owner-${file//\//%}" root:root)" ;;
  install)
    step
    words=()
    while (($#)); do
      case $1 in -o | -g) shift ;; *) words+=("$1") ;; esac
      shift
    done
    really "${words[@]}"
    ;;
  dd) ! is unreadable || { echo "dd: error reading: Input/output error" >&2; exit 1; } ;;
  wipefs) value signatures ;;
  mkfs.ext4) step; echo ext4 >"$FAKE/filesystem" ;;
  findmnt) is mounted && value mounted ;;
  systemd-escape) echo data.mount ;;
  blockdev) is bytes && value bytes ;;
  dumpe2fs) is blocks && echo "Block count:              $(value blocks)" ;;
  resize2fs)
    step
    if is resize-error; then value resize-error >&2; exit 1; fi
    if is online-resize-denied && is mounted; then echo "resize2fs: Permission denied to resize filesystem" >&2; exit 1; fi
    echo $(($(value bytes) / 4096)) >"$FAKE/blocks"
    ;;
  e2fsck) step; exit "$(value e2fsck 0)" ;;
  mv | rm | ln | mkdir | chmod | tar) is_new "$@" || step; really "$@" ;;
  *) echo "$name: not known to the stub" >&2; exit 99 ;;
esac
