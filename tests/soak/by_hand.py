"""A rolling change done by hand, as a careful operator does it: to compare with what `pulumi up` costs the clients."""

import json

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


def restarts(member: Member) -> int:
    """How often its etcd has been started since the machine booted."""
    lines = member.ssh(
        "sudo journalctl --unit etcd --boot --no-pager --output json --output-fields=JOB_TYPE,JOB_RESULT"
    )
    jobs = [json.loads(line) for line in lines.splitlines()]
    return sum(job.get("JOB_TYPE") in ("start", "restart") and job.get("JOB_RESULT") == "done" for job in jobs)
