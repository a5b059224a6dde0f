# shellcheck shell=sh
# Signals a command and all that it started. Runs beside it, on its host: only the two are children of the connection's
# sshd, and the command leads a session. sshd itself would signal only what runs as the user who logged in; of what sudo
# runs it reaches only the leader. A process group would leave out what timeout(1) runs.
: "${signal:?}"

# Where the connection ended meanwhile, this shell's parent is the first process, as it is of every daemon of the host.
case $(ps -o comm= -p "$PPID") in sshd*) ;; *) exit 1 ;; esac

for pid in $(pgrep -P "$PPID"); do
  [ "$pid" = "$$" ] || sudo -n pkill --signal "$signal" --session "$pid" || pkill --signal "$signal" --session "$pid"
done 2>/dev/null
