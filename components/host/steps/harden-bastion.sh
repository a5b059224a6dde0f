# shellcheck shell=bash
# Makes the machine a jump host and nothing else: it forwards to the members' SSH.
: "${instance_id:?}" "${login:?}" "${authorized_keys:?}" "${destinations:?}" "${sshd_directory:?}" "${sysctl_directory:?}"

wait_for_first_boot "$instance_id"
write_file "$sshd_directory/20-bastion.conf" 644 root:root <<END
AllowUsers $login
AllowTcpForwarding local
PermitOpen $destinations
AllowAgentForwarding no
AllowStreamLocalForwarding no
GatewayPorts no
PermitTunnel no
PermitUserRC no
X11Forwarding no
LogLevel VERBOSE
# The engine opens a connection per command, many at once; by default sshd drops some beyond ten.
MaxStartups 100
END
# A VPC drops what is sent to a machine that is gone, and the wait for it is the bastion's: 7 s instead of two minutes.
write_file "$sysctl_directory/60-bastion.conf" 644 root:root <<<"net.ipv4.tcp_syn_retries = 2"
sysctl --quiet --load="$sysctl_directory/60-bastion.conf"
# Always: a run that was killed may have written the file only. Reloading ends no connection.
systemctl reload ssh || fail "sshd refuses its configuration: $(sshd -t 2>&1 | tail -n 1)"
authorize "$login" "$authorized_keys"
report "booted, forwards to $destinations"
