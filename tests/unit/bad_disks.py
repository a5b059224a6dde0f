"""The table of bad inputs that concern disks: how they are provisioned, encrypted, and kept."""

from tests.unit.bad_settings import Case, each

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-96ef-1234567890ab"
SSD = "an SSD with provisioned IOPS"

BAD_DISKS: list[Case] = [
    *each("volumeType", SSD, "st1", "sc1", "standard", "gp2", "io1", "", "GP3"),
    ({"volumeSizeGib": "0", "quotaMib": "1"}, "volumeSizeGib", "1 to 65536 GiB"),
    ({"volumeSizeGib": "65537"}, "volumeSizeGib", "1 to 65536 GiB"),
    ({"volumeType": "io2", "volumeSizeGib": "3", "volumeIops": "100", "quotaMib": "1"}, "volumeSizeGib", "at least 4"),
    ({"volumeIops": "99"}, "volumeIops", "100 to 256000"),
    ({"volumeIops": "256001"}, "volumeIops", "100 to 256000"),
    ({"volumeIops": "2999"}, "volumeIops", "3000 to 80000, what gp3 offers"),
    ({"volumeIops": "80001", "volumeSizeGib": "1000"}, "volumeIops", "3000 to 80000, what gp3 offers"),
    ({"volumeIops": "10001"}, "volumeIops", "500 per GiB: 10000 for 20 GiB of gp3"),
    ({"volumeIops": "20001", "volumeType": "io2"}, "volumeIops", "1000 per GiB: 20000 for 20 GiB of io2"),
    ({"volumeThroughputMibps": "124"}, "volumeThroughputMibps", "125 to 2000"),
    ({"volumeThroughputMibps": "2001"}, "volumeThroughputMibps", "125 to 2000"),
    ({"volumeThroughputMibps": "751"}, "volumeThroughputMibps", "a quarter of etcd:volumeIops: 750"),
    ({"volumeThroughputMibps": "250", "volumeType": "io2"}, "volumeThroughputMibps", "follows its IOPS"),
    # There is no way to an unencrypted volume.
    ({"volumeEncrypted": "false"}, "volumeEncrypted", "there is no such setting"),
    *each("kmsKeyArn", "the ARN of a KMS key, not of an alias", "alias/etcd", KEY.rpartition("/")[2], f"{KEY}/x"),
    *each("kmsKeyArn", "not of an alias", "arn:aws:kms:us-east-1:111122223333:alias/etcd"),
    ({"kmsKeyArn": KEY.replace("us-east-1", "eu-west-1")}, "kmsKeyArn", "a key of the region us-east-1"),
    *each("replaceVolumeOf", "the name of one member", "etcd-1,etcd-2", "etcd", "Etcd-1"),
    *each("replaceVolumeOf", "one of etcd-1, etcd-2, etcd-3", "etcd-4", "other-1"),
    ({"replaceVolumeOf": "etcd-1", "size": "1", "addresses": "[]"}, "replaceVolumeOf", "no other member has the data"),
    ({"snapshotOnDelete": "true"}, "snapshotOnDelete", "the volumes themselves stay"),
    *each("deletionProtection", "true or false", "maybe"),
]
