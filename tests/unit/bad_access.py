"""Bad inputs about who reaches the machines with SSH, and how: values, the key that is named, a piece of the rule."""

from tests.unit.bad_settings import Case, Values, each

BASTION: Values = {"access": "bastion", "operatorCidrs": '["203.0.113.7/32"]'}
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPkFJAKFLNlNOS5SzUwU0xOArCGE5+sZFMcu9O/y36WQ"
RSA_1024 = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC+XershuASk77/vnnFJEGpLEy8s+1wgixeivU5BueKf/C0DowGDvgt8MDfd/9E3rc2FLEJUnKr"
    "mqz050ircU3fZvdpMdBB2XuiSPeqbueV3f9zckEj2NKzwDXcBeIF4lUuj567lHGqEnyCCXqx9JII6zs2M2HPc+iraGvcfvPUsw=="
)
RSA_2048 = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCnh+G0ieQ53fO9SxMovGV3DMo/52tDV2nSchOJZllrOMkDhog0iNzBI3C13zMQJA+HCdYBQEB5"
    "QDwEHZTdjyt28XTRnXOkepVyJD5tjgmPtWz1B30Sy6ouHk14NtdHvprkeHePLjYif4iJZDMC6zoN3uiBqich0eRz1XPLStOmPWSzcbtMRvFeOvwM"
    "MHQvUTpBlZYbZDRJ7pRmv+uHM53rTTtmWdyBU0AvqfIwryYNZBxwSuZ3Zd9Hy+Vz/T/K5Weax4Jd+0dUb1DnWSJLncBVVQSynCTQytLz9osaIL3h"
    "J82TrNsCxTbbR+8Bu+EtsCfXI9G+QChZPTPCzFWs1h7b"
)


def with_bastion(key: str, rule: str, **values: str) -> Case:
    return {**BASTION, **values}, key, rule


BAD_ACCESS: list[Case] = [
    *each("access", "private or bastion", "", "public", "Bastion"),
    with_bastion("operatorCidrs", "nobody comes from 10.0.0.0/8", operatorCidrs='["10.0.0.0/8"]'),
    # the bastion's subnet
    with_bastion("bastionSubnetCidr", "a private network", bastionSubnetCidr="198.51.100.0/28"),
    with_bastion("bastionSubnetCidr", "/16 to /28", bastionSubnetCidr="192.168.9.0/29"),
    with_bastion("bastionSubnetCidr", "inside etcd:vpcCidr", bastionSubnetCidr="10.0.0.0/28"),
    with_bastion("bastionSubnetCidr", "apart from the members' subnets", bastionSubnetCidr="192.168.0.96/28"),
    with_bastion("bastionSubnetCidr", "apart from", bastionSubnetCidr="192.168.2.0/24", multiAz="true"),
    with_bastion("bastionSubnetCidr", "apart from", vpcCidr="192.168.0.0/23", subnetCidr="192.168.1.0/24"),
    with_bastion("vpcCidr", "room for the bastion's subnet", vpcCidr="192.168.0.0/24"),
    with_bastion("subnetCidr", "lies beside the members'", subnetCidr="192.168.0.0/16"),
    with_bastion("bastionInstanceType", "an EC2 instance type", bastionInstanceType="nano"),
    # the key
    *each(
        "sshPublicKey", "one line as in id_ed25519.pub", "id_ed25519.pub", "ssh-dss AAAA", "ecdsa-sha2-nistp256 AAAA"
    ),
    *each("sshPublicKey", "a private key never leaves", "-----BEGIN OPENSSH PRIVATE KEY-----"),
    *each("sshPublicKey", "cut off or of another type", "ssh-ed25519 AAAA", ED25519[:-8], f"ssh-rsa {ED25519[12:]}"),
    *each("sshPublicKey", "an RSA key of 2048 or 4096 bits", RSA_1024),
    ({"sshPublicKey": ED25519, "sshKeyGeneration": "2"}, "sshKeyGeneration", "no key is generated"),
    *each("sshKeyGeneration", "1 to 1000000", "0", "-1", "two"),
]
