"""A rolling change done by hand, as a careful operator does it: to compare with what `pulumi up` costs the clients."""

from tests.framework.cluster import Cluster
from tests.framework.member import CONFIGURATION, Member
from tests.framework.polling import eventually


def change_quota(cluster: Cluster, mib: int) -> None:
    setting = f'ETCD_QUOTA_BACKEND_BYTES="{mib * 1024 * 1024}"'
    _roll(cluster, f"sudo sed -i 's/^ETCD_QUOTA_BACKEND_BYTES=.*/{setting}/' {CONFIGURATION}")


def change_release(cluster: Cluster, version: str) -> None:
    """To a release that lies unpacked on the machines."""
    link = f"for each in etcd etcdctl etcdutl; do sudo ln -sfn /opt/etcd/v{version}-*/$each /usr/local/bin/$each; done"
    _roll(cluster, link)


def _roll(cluster: Cluster, command: str) -> None:
    """Member by member: the change, the leadership moved away, the restart, and health before the next one's turn."""
    for member in cluster.members:
        member.ssh(command)
        if cluster.leader() == member:
            target = cluster.others(member.name)[-1].etcd_id()
            cluster.run("etcdctl", "move-leader", f"{target:x}", f"--endpoints={member.endpoint}")
        member.ssh("sudo systemctl restart etcd")
        eventually(cluster.healthy, f"{member.name} is healthy after its restart")


def starts(member: Member) -> int:
    """How often systemd has started its etcd since the machine booted; a restart counts as one."""
    started = "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf"  # systemd's sd-messages.h, SD_MESSAGE_UNIT_STARTED
    return len(member.ssh(f"sudo journalctl --boot --no-pager --output cat UNIT=etcd.service {started}").splitlines())
