"""Paths of files on machines, rendered into every script, program and unit."""

import shlex
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Paths:
    """Where things are on a machine. Each attribute is a shell variable of the same name in every script.

    Attributes:
        configuration: etcd's environment file.
        pki_directory: the CA's certificate, and certificate and key of the server and the peer.
        etcd_unit: etcd's systemd unit.
        unit_programs_directory: the programs that the unit runs before and after etcd's start.
        programs_directory: links to the installed release; etcd and etcdctl are found there.
        releases_directory: unpacked releases, a folder each.
        runtime_directory: what belongs to the etcd that runs now; gone when it ends.
        machine_lock: held by a script while it runs.
        fstab: filesystems that are mounted at boot.
        devices_directory: links to EBS volumes by their ID.
        sshd_directory: pieces of sshd's configuration.
        sysctl_directory: kernel settings that are loaded at boot.
        instance_id_file: where cloud-init keeps the ID of the instance.
    """

    configuration: str = "/etc/etcd/etcd.conf"
    pki_directory: str = "/etc/etcd/pki"
    etcd_unit: str = "/etc/systemd/system/etcd.service"
    unit_programs_directory: str = "/usr/local/lib/etcd-aws"
    programs_directory: str = "/usr/local/bin"
    releases_directory: str = "/opt/etcd"
    runtime_directory: str = "/run/etcd"
    machine_lock: str = "/run/etcd-aws.lock"
    fstab: str = "/etc/fstab"
    devices_directory: str = "/dev/disk/by-id"
    sshd_directory: str = "/etc/ssh/sshd_config.d"
    sysctl_directory: str = "/etc/sysctl.d"
    instance_id_file: str = "/var/lib/cloud/data/instance-id"

    def below(self, root: str) -> "Paths":
        """The same paths below another root directory."""
        return Paths(**{key: root + path for key, path in self.as_variables().items()})

    def as_variables(self) -> dict[str, str]:
        """The paths by the names that scripts have for them."""
        return asdict(self)

    def prelude(self) -> str:
        """The same as the first lines of a script."""
        return "".join(f"{key}={shlex.quote(path)}\n" for key, path in self.as_variables().items())


PATHS = Paths()
