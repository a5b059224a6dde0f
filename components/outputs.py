"""The outputs of a stack: what an operator needs to use the cluster and to look at its machines."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.advisory import advice
from components.aws.access import Access
from components.cluster import EtcdCluster, MemberOutputs
from components.etcd.release import notice
from components.ssh_config import known_hosts, ssh_config
from components.topology import Topology


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


def _ssh(access: Access, members: Mapping[str, str]) -> dict[str, pulumi.Input[str]]:
    """With the operator's own key there is no private one to tell."""
    keys, bastion = access.keys, access.bastion
    hosts = [access.host(name, address) for name, address in members.items()] + ([bastion] if bastion else [])
    names, jump = [host.member for host in hosts], bastion.member if bastion else None
    addresses = pulumi.Output.all(*(host.address for host in hosts))
    host_keys = pulumi.Output.all(*(host.host_key for host in hosts))
    return {
        **({"sshPrivateKey": keys.private_key} if keys.private_key else {}),
        "sshKnownHosts": pulumi.Output.all(addresses, host_keys).apply(
            lambda both: known_hosts(dict(zip(*both, strict=True)))
        ),
        "sshConfig": addresses.apply(
            lambda found: ssh_config(dict(zip(names, found, strict=True)), keys.user, jump, bool(keys.private_key))
        ),
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
