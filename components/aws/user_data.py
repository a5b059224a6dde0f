"""Cloud-init user data of a machine."""

import json

import pulumi
import pulumi_tls as tls


def first_boot(host_key: tls.PrivateKey) -> pulumi.Output[str]:
    """The user data, a secret."""
    private_key: pulumi.Output[str] = pulumi.Output.secret(host_key.private_key_openssh)
    both: pulumi.Output[list[str]] = pulumi.Output.all(private_key, host_key.public_key_openssh)
    return both.apply(lambda keys: render(keys[0], keys[1].strip()))


def render(host_private_key: str, host_public_key: str) -> str:
    """What the machine does at first boot: takes its host key and closes every login but the key pair's.

    The host key comes from the program, so that no connection ever trusts on first use
    (docs/decisions/0003-host-keys.md weighs that it can be read in user data and state).
    """
    config = {
        "ssh_deletekeys": True,
        "ssh_keys": {"ed25519_private": host_private_key, "ed25519_public": host_public_key},
        "disable_root": True,
        "ssh_pwauth": False,
        "package_update": False,
        "write_files": [
            {
                "path": "/etc/ssh/sshd_config.d/10-etcd-aws.conf",
                "content": "PermitRootLogin no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n",
            }
        ],
    }
    return "#cloud-config\n" + json.dumps(config, indent=1, sort_keys=True) + "\n"
