"""What `ssh` needs to know to reach the machines by name. Pure."""

from collections.abc import Mapping

# The files that the README writes beside the configuration, where ssh is then run.
KEY_FILE, KNOWN_HOSTS_FILE = "ssh_key", "known_hosts"


def ssh_config(addresses: Mapping[str, str], login: str, jump: str | None, with_key_file: bool) -> str:
    """A configuration for `ssh -F`, or to be included.

    Args:
        addresses: of every machine by name, the jump host among them.
        login: the user on all of them.
        jump: name of the machine that leads to the others.
        with_key_file: whether the key is in a file; otherwise the SSH agent has it.
    """
    hosts = [f"Host {name}\n  HostName {address}\n" for name, address in addresses.items()]
    if jump:
        hosts.append(f"Host {' '.join(name for name in addresses if name != jump)}\n  ProxyJump {jump}\n")
    # No other key is offered: sshd hangs up after a few.
    key = [f"  IdentityFile {KEY_FILE}", "  IdentitiesOnly yes"] if with_key_file else []
    common = [
        f"Host {' '.join(addresses)}",
        f"  User {login}",
        *key,
        f"  UserKnownHostsFile {KNOWN_HOSTS_FILE}",
        "  GlobalKnownHostsFile /dev/null",
        "  StrictHostKeyChecking yes",
        "  UpdateHostKeys no",
    ]
    return "\n".join([*hosts, *common]) + "\n"


def known_hosts(host_keys: Mapping[str, str]) -> str:
    """The `known_hosts` of these addresses: an unknown or changed host key is refused."""
    return "".join(f"{address} {key}\n" for address, key in host_keys.items())
