"""Who reaches the machines with SSH, through what, and with which key."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from components.aws.specs import SshKeySpec
from components.changes import immutable
from components.cluster import EtcdCluster, EtcdClusterArgs
from components.outputs import known_hosts, outputs, ssh_config
from components.settings import args
from components.settings.validate import parse
from tests.unit.bad_access import BASTION, ED25519, RSA_2048
from tests.unit.clusters import BASTION_OPERATORS, BASTION_SPEC, LONE, MEMBERS, arguments
from tests.unit.recording import Recorded, Recorder, record
from tests.unit.refusals import GOOD

pytestmark = pytest.mark.unit


def with_bastion(tarball: Path, **changes: object) -> EtcdClusterArgs:
    given = arguments(tarball, bastion=BASTION_SPEC, **changes)
    return replace(given, ingress=replace(given.ingress, operator_cidrs=()))


@pytest.fixture(scope="module")
def bastion(tarball: Path) -> Recorder:
    return record(lambda: EtcdCluster("etcd", with_bastion(tarball)))


@pytest.fixture(scope="module")
def own_key(tarball: Path) -> Recorder:
    own = SshKeySpec(own_public_key=ED25519)
    return record(lambda: EtcdCluster("etcd", with_bastion(tarball, topology=LONE, ssh_keys=own)))


def commands(recorder: Recorder) -> list[Recorded]:
    return [each for each in recorder.resources_seen if each.type.startswith("command:remote:")]


def test_every_connection_to_a_member_goes_through_the_bastion_and_knows_both_host_keys(bastion: Recorder) -> None:
    to_members = [each for each in commands(bastion) if each.name != "etcd-harden-bastion"]
    assert len(to_members) > len(MEMBERS) * 6
    for command in to_members:
        hop = command.inputs["connection"]["proxy"]
        assert hop["hostKey"] == "ssh-ed25519 etcd-host-key-bastion", command.name
        assert hop["privateKey"] == "PRIVATE KEY etcd-ssh-key-g1"
        assert command.inputs["connection"]["hostKey"].startswith("ssh-ed25519 etcd-host-key-etcd-")
        assert "etcd-harden-bastion" in bastion.depends_on(command.name), f"{command.name} may find the bastion down"
    assert "proxy" not in bastion["etcd-harden-bastion"].inputs["connection"]


def test_operators_reach_the_bastion_alone_and_the_bastion_the_members_ssh(bastion: Recorder) -> None:
    into = {
        (each.inputs["securityGroupId"], each.inputs.get("cidrIpv4") or each.inputs["referencedSecurityGroupId"])
        for each in bastion.resources_seen
        if each.type.endswith("SecurityGroupIngressRule") and each.inputs["fromPort"] == 22
    }
    assert into == {
        *(("etcd-security-group-bastion-id", cidr) for cidr in BASTION_OPERATORS),
        ("etcd-members-id", "etcd-security-group-bastion-id"),
    }
    out = bastion["etcd-egress-bastion"].inputs
    assert (out["fromPort"], out["toPort"]) == (22, 22)
    assert out["referencedSecurityGroupId"] == "etcd-members-id"


def test_only_the_bastions_subnet_has_a_route_to_the_internet(bastion: Recorder) -> None:
    assert bastion["etcd-subnet-bastion"].inputs["cidrBlock"] == "192.168.255.240/28"
    assert bastion["etcd-route-table-association-bastion"].inputs["subnetId"] == "etcd-subnet-bastion-id"
    assert bastion.names("RouteTableAssociation") == {"etcd-route-table-association-bastion"}


def test_the_bastion_is_as_hard_as_a_member_and_its_address_outlives_it(bastion: Recorder) -> None:
    instance = bastion["etcd-instance-arm64-bastion"]
    assert instance.inputs["metadataOptions"]["httpTokens"] == "required"
    assert instance.inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert instance.inputs["rootBlockDevice"]["encrypted"] is True
    assert instance.is_secret("userData")
    assert set(instance.options.ignoreChanges) == {"ami", "userData"}
    assert "instance" not in bastion["etcd-eip-bastion"].inputs
    assert bastion["etcd-eip-association-bastion"].options.deleteBeforeReplace, "an address leads to one machine"


def test_the_bastion_is_given_the_members_ssh_as_the_only_destinations(bastion: Recorder) -> None:
    """That it forwards nowhere else is shown by tests/cluster/test_11_bastion.py."""
    stdin = bastion["etcd-harden-bastion"].inputs["stdin"]
    assert "destinations='192.168.0.100:22 192.168.0.101:22 192.168.0.102:22'" in stdin


def test_an_instance_does_not_hang_on_the_key_pair_that_a_rotation_replaces(bastion: Recorder) -> None:
    """The engine replaces whatever takes a property of a resource that is deleted before it is replaced."""
    assert bastion["etcd-key-pair"].options.deleteBeforeReplace
    for instance in [each for each in bastion.resources_seen if each.type.endswith("instance:Instance")]:
        sources = instance.options.propertyDependencies["keyName"].urns
        assert not [urn for urn in sources if urn.endswith("etcd-key-pair")], instance.name
        assert "etcd-key-pair" in bastion.depends_on(instance.name), "it would boot before there is a key"
        assert instance.inputs["keyName"] == "etcd-etcd-members-id"


def test_machines_know_the_next_key_before_it_is_used(tarball: Path) -> None:
    given = with_bastion(tarball, topology=LONE, ssh_keys=SshKeySpec(generation=4))
    cluster = record(lambda: EtcdCluster("etcd", given))
    assert cluster["etcd-key-pair"].inputs["publicKey"] == "ssh-ed25519 etcd-ssh-key-g4"
    for name in ("etcd-harden-bastion", "etcd-prepare-etcd-1"):
        stdin = cluster[name].inputs["stdin"]
        assert "authorized_keys='ssh-ed25519 etcd-ssh-key-g4\nssh-ed25519 etcd-ssh-key-g5'" in stdin
        assert cluster[name].inputs["connection"]["privateKey"] == "PRIVATE KEY etcd-ssh-key-g4"
    assert {name for name in cluster.names("PrivateKey") if "ssh-key" in name} == {"etcd-ssh-key-g4", "etcd-ssh-key-g5"}


def test_the_record_of_the_keys_is_written_when_every_machine_has_them(bastion: Recorder) -> None:
    assert bastion["etcd-ssh-keys"].inputs["input"] == {"schema": 1, "sshKeyGeneration": 1}
    assert bastion.depends_on("etcd-ssh-keys") == {f"etcd-start-{member}" for member in MEMBERS}


def test_with_a_key_of_the_operators_own_none_is_made_or_kept(own_key: Recorder) -> None:
    assert not [name for name in own_key.names("PrivateKey") if "ssh-key" in name]
    assert own_key["etcd-key-pair"].inputs["publicKey"] == ED25519
    for command in commands(own_key):
        assert "privateKey" not in command.inputs["connection"], command.name
        assert "privateKey" not in command.inputs["connection"].get("proxy", {}), command.name
    assert own_key["etcd-ssh-keys"].inputs["input"] == {"schema": 1, "sshKeyGeneration": 0}


@pytest.mark.parametrize(
    ("was", "wanted", "reason"),
    [
        (1, 1, None),
        (1, 2, None),
        (7, 0, None),
        (0, 0, None),
        (1, 3, "Set it to 2"),
        (2, 1, "Set it to 3"),
        (0, 1, "etcd:sshPublicKey is gone"),
    ],
)
def test_a_key_that_no_machine_knows_is_refused(was: int, wanted: int, reason: str | None) -> None:
    told = list(immutable.ssh_keys({"sshKeyGeneration": was}, {"sshKeyGeneration": wanted}))
    assert [reason in each for each in told if reason] == ([True] if reason else [])
    assert bool(told) == (reason is not None)


def test_ssh_reaches_members_by_name_through_the_bastion(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    addresses = {"etcd-1": "192.168.0.100", "etcd-bastion": "203.0.113.1"}
    config.write_text(ssh_config(addresses, "admin", "etcd-bastion", with_key_file=True))
    said = {name: asked(config, name) for name in (*addresses, "elsewhere")}
    assert {"hostname 192.168.0.100", "proxyjump etcd-bastion", "user admin"} <= said["etcd-1"]
    assert {"stricthostkeychecking true", "identityfile ssh_key", "userknownhostsfile known_hosts"} <= said["etcd-1"]
    assert "hostname 203.0.113.1" in said["etcd-bastion"]
    assert not any(line.startswith("proxyjump") for line in said["etcd-bastion"])
    assert "identityfile ssh_key" not in said["elsewhere"], "it could not be included in one's own configuration"


def test_with_an_agent_ssh_is_told_of_no_key_file(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(ssh_config({"etcd-1": "192.168.0.100"}, "admin", None, with_key_file=False))
    assert "identityfile ssh_key" not in asked(config, "etcd-1")


def asked(config: Path, name: str) -> set[str]:
    done = subprocess.run(["ssh", "-F", config, "-G", name], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_outputs_tell_the_generated_key_and_no_other(tarball: Path) -> None:
    told: list[set[str]] = []

    def program(keys: SshKeySpec) -> None:
        args = with_bastion(tarball, topology=LONE, ssh_keys=keys)
        told.append(set(outputs(EtcdCluster("etcd", args), args.topology, "3.5.11")))

    record(lambda: program(SshKeySpec()))
    record(lambda: program(SshKeySpec(own_public_key=ED25519)))
    assert told[0] - told[1] == {"sshPrivateKey"}
    assert {"sshConfig", "sshKnownHosts"} <= told[1]


def test_known_hosts_has_a_line_per_address() -> None:
    addresses = {"etcd-1": "192.168.0.100", "etcd-bastion": "203.0.113.1"}
    assert known_hosts(addresses, {"etcd-1": "ssh-ed25519 AA", "etcd-bastion": "ssh-ed25519 BB"}) == (
        "192.168.0.100 ssh-ed25519 AA\n203.0.113.1 ssh-ed25519 BB\n"
    )


def test_the_bastion_stands_in_the_last_network_of_the_vpc_with_an_image_of_its_own_architecture() -> None:
    spec = args.bastion(parse({**GOOD, **BASTION, "multiAz": "true"}))
    assert spec is not None
    assert (spec.subnet_cidr, spec.zone, spec.architecture) == ("192.168.255.240/28", "us-east-1a", "arm64")
    amd64 = args.bastion(parse({**GOOD, **BASTION, "bastionInstanceType": "t3.nano"}))
    assert amd64 is not None
    assert amd64.architecture == "amd64"
    assert args.bastion(parse(GOOD)) is None


@pytest.mark.parametrize("key", [ED25519, RSA_2048])
def test_a_public_key_is_taken_without_its_comment(key: str) -> None:
    assert args.ssh_keys(parse({**GOOD, "sshPublicKey": f"{key} me@example.org\n"})).own_public_key == key
