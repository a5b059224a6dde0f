"""The CLI behind `make` and `./sandbox/run`. Drives toolchain, region and Pulumi; owns no AWS or etcd logic."""
