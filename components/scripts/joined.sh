#!/usr/bin/env bash
# ExecStartPost of etcd.service: with Type=notify it runs once the member has joined a cluster with a leader.
set -euo pipefail

volume=$(dirname "$ETCD_DATA_DIR")
rm -f "$volume/.permit"
[[ -f $volume/.joined ]] || touch "$volume/.joined"
