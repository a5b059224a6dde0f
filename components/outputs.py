"""The outputs of a stack: endpoints, certificates, members, and the SSH files to reach the machines."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.availability import summary
from components.aws.ssh_access import SshAccess
from components.cluster import EtcdCluster, MemberOutputs
from components.etcd.release import notice
from components.topology import Topology

# The files that the README writes beside the configuration, where ssh is then run.
KEY_FILE, KNOWN_HOSTS_FILE = "ssh_key", "known_hosts"


def outputs(cluster: EtcdCluster, topology: Topology, version: str) -> dict[str, Any]:
    """All stack outputs by name; private keys are secrets."""
    return {
        "endpoints": topology.endpoints,
        "members": [_row(each) for each in cluster.members.values()],
        "caCertificate": cluster.ca_certificate,
        "adminCertificate": cluster.admin.certificate,
        "adminPrivateKey": cluster.admin.private_key,
        "etcdctlEnvironment": etcdctl_environment(topology),
        **_ssh(cluster.access, {member.name: member.address for member in topology}),
        "versionNotice": notice(version),
        "availabilitySummary": summary(topology),
    }


def etcdctl_environment(topology: Topology) -> dict[str, str]:
    """Variables for etcdctl, with the files that the README writes the certificates to."""
    return {
        "ETCDCTL_ENDPOINTS": ",".join(topology.endpoints),
        "ETCDCTL_CACERT": "ca.crt",
        "ETCDCTL_CERT": "admin.crt",
        "ETCDCTL_KEY": "admin.key",
    }


def _ssh(access: SshAccess, members: Mapping[str, str]) -> dict[str, pulumi.Input[str]]:
    """The SSH files. With the operator's own key there is no private one among them."""
    keys, bastion = access.keys, access.bastion
    hosts = [access.host(name, address) for name, address in members.items()] + ([bastion] if bastion else [])
    jump, with_key = bastion.name if bastion else None, keys.private_key is not None
    addresses = pulumi.Output.all(**{host.name: host.address for host in hosts})
    host_keys = pulumi.Output.all(**{host.name: host.host_key for host in hosts})
    return {
        **({"sshPrivateKey": keys.private_key} if keys.private_key else {}),
        "sshKnownHosts": pulumi.Output.all(addresses, host_keys).apply(lambda both: known_hosts(both[0], both[1])),
        "sshConfig": addresses.apply(lambda found: ssh_config(found, keys.user, jump, with_key)),
    }


def _row(each: MemberOutputs) -> dict[str, pulumi.Input[str]]:
    return {
        "name": each.member.name,
        "address": each.member.address,
        "zone": each.member.zone,
        "instanceId": each.instance_id,
        "volumeId": each.volume_id,
        "clientUrl": each.member.client_url,
        "peerUrl": each.member.peer_url,
        "certificateExpires": each.certificate_expires,
    }


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


def known_hosts(addresses: Mapping[str, str], host_keys: Mapping[str, str]) -> str:
    """The `known_hosts` of these machines, by name: an unknown or changed host key is refused."""
    return "".join(f"{address} {host_keys[name]}\n" for name, address in addresses.items())
