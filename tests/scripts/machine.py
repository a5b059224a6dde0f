"""A machine that is a folder: a root directory, and stub programs first on PATH that record how they are called."""

import os
import subprocess
from pathlib import Path

from components.host.paths import Paths
from components.host.programs import program
from components.host.scripts import render
from tests.scripts import etcdctl_output
from tests.scripts.ran import Ran
from tests.scripts.stubs import HEAD, STUB, STUBS


class Machine:
    """One member's machine in a cluster of this size.

    Attributes:
        paths: where files are, all below `root`.
        mount_point: of the data volume.
        accounts: the folder of its passwd and group, which the host's systemd-sysusers changes.
    """

    def __init__(self, folder: Path, *, size: int = 3, number: int = 1) -> None:
        self.root, self._fake, self._bin = folder / "root", folder / "fake", folder / "bin"
        self.paths = Paths().below(str(self.root))
        self.size, self.number = size, number
        self.name = f"etcd-{number}"
        self.mount_point = self.root / "var/lib/etcd"
        self.wal = self.mount_point / "default.etcd/member/wal/0.wal"
        self.accounts = self._fake / "accounts/etc"
        for directory in (self.accounts, self._bin, self.mount_point):
            directory.mkdir(parents=True)
        (self.accounts / "passwd").touch()
        (self.accounts / "group").touch()
        paths = self.paths
        for path in (paths.programs_directory, paths.devices_directory, paths.sshd_directory, paths.sysctl_directory):
            Path(path).mkdir(parents=True)
        for path in (paths.etcd_unit, paths.instance_id_file, paths.fstab):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(paths.fstab).write_text("UUID=root / ext4 defaults 0 1\n")
        Path(paths.instance_id_file).write_text("i-1\n")
        for name in STUBS:
            (self._bin / name).symlink_to(STUB)
        data = {"data-directory": self.mount_point / "default.etcd", "name": self.name, "token": "token"}
        self.set(number=100 + number - 1, etcd="inactive", home=self.root / "home", **data)
        self.see_cluster("3.5.11")

    # What the machine is like.

    def set(self, **values: object) -> None:
        """Facts that the stub programs tell and change; `_` stands for `-`."""
        for key, value in values.items():
            (self._fake / key.replace("_", "-")).write_text(f"{value}\n")

    def unset(self, *names: str) -> None:
        for name in names:
            (self._fake / name.replace("_", "-")).unlink(missing_ok=True)

    def get(self, name: str) -> str:
        path = self._fake / name
        return path.read_text().strip() if path.exists() else ""

    def see_cluster(self, version: str, *, leader: int = 2, alarm: bool = False, unstarted: int = 0) -> None:
        """What etcdctl of this version prints about as many members as there are."""
        printed = etcdctl_output.endpoint_statuses(version, self.size, min(leader, self.size))
        self.set(**{f"status_{100 + number}": text for number, text in enumerate(printed)})
        self.set(
            member_list=etcdctl_output.member_list(version, self.size - unstarted, unstarted),
            alarm_list=etcdctl_output.alarm_list(version, raised=alarm),
        )

    def has_files(self) -> None:
        """Configured and installed, as the steps before bootstrap and start leave it."""
        paths = self.paths
        for path, text in {
            paths.configuration: 'ETCD_INITIAL_CLUSTER_STATE="new"\nETCD_SNAPSHOT_COUNT="1"\n',
            paths.etcd_unit: "[Unit]\n",
            f"{paths.pki_directory}/ca.crt": "CA\n",
            f"{paths.unit_programs_directory}/start-guard": program("start-guard", paths),
            f"{paths.unit_programs_directory}/mark-joined": program("mark-joined", paths),
        }.items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text)
            Path(path).chmod(0o755)
        link = Path(paths.programs_directory) / "etcd"
        if not link.is_symlink():
            link.symlink_to(f"{paths.releases_directory}/v3.5.11/etcd")

    def has_joined(self) -> None:
        """A member that has joined and runs."""
        self.has_files()
        self.wal.parent.mkdir(parents=True, exist_ok=True)
        self.wal.touch()
        (self.mount_point / ".identity").write_text(f"token {self.name}")
        self.set(enabled="", join="", mounted="uuid-of-ext4", filesystem="ext4")
        started = self.call([f"{self.paths.unit_programs_directory}/start-guard"])
        assert started.returncode == 0, started.stderr
        (self.mount_point / ".joined").touch()
        self.set(etcd="active")

    def change_configuration(self) -> None:
        with Path(self.paths.configuration).open("a") as file:
            file.write('ETCD_SNAPSHOT_COUNT="2"\n')

    def has_device(self, **facts: object) -> None:
        """An attached data volume, about which blkid and others tell these facts."""
        (Path(self.paths.devices_directory) / "nvme-Amazon_Elastic_Block_Store_vol1").touch()
        self.set(**facts)

    def on_volume(self) -> dict[str, str]:
        """Files in the root of the data volume."""
        return {path.name: path.read_text() for path in self.mount_point.iterdir() if path.is_file()}

    def state(self) -> dict[str, str]:
        """All that a run can change: every file with its mode and content, and what the stub programs changed."""
        facts = ("etcd", "enabled", "mounted", "filesystem", "blocks")
        seen = {f"fact {name}": self.get(name) for name in facts}
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if path.is_symlink():
                seen[name] = str(path.readlink()).replace(str(self.root), "")
            elif path.is_file():
                content = path.read_bytes().replace(str(self.root).encode(), b"")
                seen[name] = f"{path.stat().st_mode:o} {content!r}"
        return seen

    # What is run on it.

    def run(self, step: str, action: str = "update", *, kill_at: int = 0, **variables: object) -> Ran:
        """A step of components/host/steps, as the command of this action runs it."""
        for log in ("calls", "steps"):
            (self._fake / log).write_text("")
        text = HEAD + render(step, {**self._variables(), **{k: str(v) for k, v in variables.items()}}, {}, self.paths)
        process = subprocess.Popen(
            ["/bin/bash", "-s", "--", action, step, self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(kill_at),
            start_new_session=True,  # a kill takes the script and all that it started
        )
        out, err = process.communicate(text, timeout=60)
        assert "not known to the stub" not in err, err
        return Ran(process.returncode, out, err, (self._fake / "calls").read_text().splitlines())

    def call(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """A program of the machine, as systemd runs it."""
        unit = {
            "ETCD_DATA_DIR": self.get("data-directory"),
            "ETCD_NAME": self.get("name"),
            "ETCD_INITIAL_CLUSTER_TOKEN": self.get("token"),
        }
        Path(self.paths.runtime_directory).mkdir(parents=True, exist_ok=True)
        return subprocess.run(command, env={**os.environ, **unit}, capture_output=True, text=True, check=False)

    def steps(self) -> int:
        """How many calls of the last run changed the machine."""
        return len((self._fake / "steps").read_text().splitlines())

    def _environment(self, kill_at: int) -> dict[str, str]:
        return {
            "PATH": f"{self._bin}:{os.environ['PATH']}",
            "REAL_PATH": os.environ["PATH"],
            "FAKE": str(self._fake),
            "KILL_AT": str(kill_at),
            "UNIT_PROGRAMS_DIRECTORY": self.paths.unit_programs_directory,
            "RUNTIME_DIRECTORY": self.paths.runtime_directory,
        }

    def _variables(self) -> dict[str, str]:
        peers = [f"https://192.168.0.{100 + number}" for number in range(self.size) if number != self.number - 1]
        return {
            "host": self.name,
            "instance_id": "i-1",
            "member": self.name,
            "size": str(self.size),
            "token": "token",
            "mount_point": str(self.mount_point),
            "data_directory": str(self.mount_point / "default.etcd"),
            "endpoint": f"https://192.168.0.{100 + self.number - 1}:2379",
            "peer_endpoints": ",".join(f"{peer}:2379" for peer in peers),
            "peer_urls": ",".join(f"{peer}:2380" for peer in peers),
            "volume_id": "vol-1",
            "login": "admin",
            "authorized_keys": "ssh-ed25519 AAAA",
        }
