"""The outputs of a stack: what an operator needs to use the cluster and to look at its machines."""

from typing import Any

import pulumi

from components.advisory import advice
from components.cluster import EtcdCluster, MemberOutputs
from components.etcd.release import notice
from components.topology import Topology


def outputs(cluster: EtcdCluster, topology: Topology, version: str) -> dict[str, Any]:
    """All stack outputs by name; private keys are secrets."""
    login = cluster.access.user
    return {
        "endpoints": topology.endpoints,
        "members": [_row(each) for each in cluster.members.values()],
        "caCertificate": cluster.ca_certificate,
        "adminCertificate": cluster.admin.certificate,
        "adminPrivateKey": cluster.admin.private_key,
        "etcdctlEnvironment": etcdctl_environment(topology),
        "sshPrivateKey": cluster.access.private_key,
        "sshKnownHosts": pulumi.Output.all(*(_known_host(each) for each in cluster.members.values())).apply("\n".join),
        "sshCommands": {member.name: ssh_command(login, member.address) for member in topology},
        "versionNotice": notice(version),
        "zoneAdvisory": advice(topology),
    }


def etcdctl_environment(topology: Topology) -> dict[str, str]:
    """Variables for etcdctl, with the files that the README writes the certificates to."""
    return {
        "ETCDCTL_ENDPOINTS": ",".join(topology.endpoints),
        "ETCDCTL_CACERT": "ca.crt",
        "ETCDCTL_CERT": "admin.crt",
        "ETCDCTL_KEY": "admin.key",
    }


def ssh_command(login: str, address: str) -> str:
    """With the files that the README writes; a host key that differs is refused."""
    return f"ssh -i ssh_key -o UserKnownHostsFile=known_hosts -o StrictHostKeyChecking=yes {login}@{address}"


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


def _known_host(each: MemberOutputs) -> pulumi.Output[str]:
    return pulumi.Output.concat(each.member.address, " ", each.host_key)
