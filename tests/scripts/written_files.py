"""Files that `configure` writes, with contents that tell them apart."""

from typing import Any

FILES: dict[str, Any] = {
    "ca_certificate": "CA",
    "server_certificate": "SERVER",
    "server_key": "SERVER KEY",
    "peer_certificate": "PEER",
    "peer_key": "PEER KEY",
    "etcd_configuration": "ETCD_NAME=etcd-1\n",
    "unit": "[Unit]\n",
    "start_guard": "#!/bin/sh\n",
    "mark_joined": "#!/bin/sh\n",
}
