"""The table of bad inputs: the values, the key that is named, and a piece of the rule that is told."""

import json

Values = dict[str, object]
Case = tuple[Values, str, str]

ODD = "1, 3, 5 or 7 members"
SYSTEM = "hide a part of the system"
MEMORY = "never lose its vote"


def each(key: str, rule: str, *values: str) -> list[Case]:
    """One case per value of one key, all for the same reason."""
    return [({key: value}, key, rule) for value in values]


def lone(rule: str, *addresses: object) -> list[Case]:
    """One case per address, of a cluster of one."""
    return [({"size": "1", "addresses": json.dumps([address])}, "addresses[0]", rule) for address in addresses]


BAD_SETTINGS: list[Case] = [
    # size
    *each("size", "at least one member", "0", "-1"),
    *each("size", ODD, "2", "4", "6", "three", "3.5", ""),
    *each("size", "at most 7 members", "8", "9"),
    # addresses
    ({"addresses": "192.168.0.100"}, "addresses", "not plain text"),
    ({"addresses": '{"a": "192.168.0.100"}'}, "addresses", "a list of IPv4 addresses"),
    *lone("an IPv4 address: four numbers", "192.168.0.256", "192.168.000.100", "192.168.0", "fd00::1", "", "a.b.c.d"),
    *lone("a list of IPv4 addresses", 100, ["192.168.0.100"]),
    *lone("a private address", "8.8.8.8", "172.32.0.1", "169.254.0.10", "127.0.0.1", "100.64.0.1"),
    *lone("inside the subnet 192.168.0.0/24", "192.168.1.100", "10.0.0.100"),
    *lone("first four nor the last", *(f"192.168.0.{number}" for number in (0, 1, 2, 3, 255))),
    ({"addresses": '["192.168.0.100", "192.168.0.101"]'}, "addresses", "etcd:size is 3, these are 2"),
    (
        {"addresses": '["192.168.0.100", "192.168.0.101", "192.168.0.100"]'},
        "addresses[2]",
        "addresses[0] has the same",
    ),
    ({"subnetCidr": "192.168.0.0/27"}, "addresses", "no room for the default"),
    ({"subnetCidr": "192.168.0.96/28", "size": "7"}, "addresses", "no room for the default"),
    ({"replaceMachines": "etcd-1"}, "replaceMachines", "not plain text"),
    ({"replaceMachines": '["etcd-4"]'}, "replaceMachines", "etcd-1, etcd-2, etcd-3; etcd-4 is none"),
    # networks
    ({"vpcCidr": "192.168.0.0"}, "vpcCidr", "with its length"),
    ({"vpcCidr": "192.168.0.5/16"}, "vpcCidr", "not of a host in it: 192.168.0.0/16"),
    ({"vpcCidr": "192.168.0.0/33"}, "vpcCidr", "an IPv4 network"),
    ({"vpcCidr": "fd00::/56"}, "vpcCidr", "an IPv4 network"),
    ({"vpcCidr": "10.0.0.0/8", "subnetCidr": "10.0.0.0/24"}, "vpcCidr", "/16 to /28"),
    ({"vpcCidr": "100.64.0.0/16", "subnetCidr": "192.168.0.0/24"}, "vpcCidr", "a private network"),
    ({"subnetCidr": "192.168.0.0/29"}, "subnetCidr", "/16 to /28"),
    ({"subnetCidr": "10.0.0.0/24"}, "subnetCidr", "inside etcd:vpcCidr"),
    ({"vpcCidr": "192.168.0.0/24", "subnetCidr": "192.168.0.0/23"}, "subnetCidr", "inside etcd:vpcCidr"),
    ({"instanceType": "t2.large"}, "instanceType", "Nitro"),
    ({"instanceType": "m4.large"}, "instanceType", "Nitro"),
    # place
    ({"aws:region": ""}, "aws:region", "AWS region"),
    ({"aws:region": "us_east_1"}, "aws:region", "AWS region"),
    ({"availabilityZone": "eu-west-1a"}, "availabilityZone", "a zone of the region us-east-1"),
    ({"availabilityZone": "a"}, "availabilityZone", "availability zone"),
    # names
    *each(
        "clusterName", "1 to 32 of a-z", "", "1etcd", "Etcd", "et cd", "etcd-", "e" * 33, "etcd,x=y", "../etcd", "étcd"
    ),
    ({"description": ""}, "description", "1 to 200"),
    ({"description": "x" * 201}, "description", "1 to 200"),
    ({"description": "Grüße"}, "description", "1 to 200"),
    ({"tags": "team=a"}, "tags", "not plain text"),
    ({"tags": '["a"]'}, "tags", "up to 40 tags"),
    ({"tags": '{"aws:team": "a"}'}, "tags.aws:team", "belong to AWS"),
    ({"tags": '{"AWS:team": "a"}'}, "tags.AWS:team", "belong to AWS"),
    ({"tags": '{"Name": "a"}'}, "tags.Name", "the program itself sets Name"),
    ({"tags": '{"etcd-aws:stack": "a"}'}, "tags.etcd-aws:stack", "the program itself sets"),
    ({"tags": '{"a": 1}'}, "tags.a", "up to 40 tags"),
    ({"tags": '{"": "a"}'}, "tags.", "up to 40 tags"),
    ({"tags": json.dumps({"k" * 129: "a"})}, f"tags.{'k' * 129}", "up to 40 tags"),
    ({"tags": json.dumps({"k": "a" * 257})}, "tags.k", "up to 40 tags"),
    ({"tags": json.dumps({f"k{number}": "a" for number in range(41)})}, "tags", "up to 40 tags"),
    # hardware
    *each(
        "instanceType",
        "an EC2 instance type",
        "",
        "large",
        "m7i",
        "m7i.",
        ".large",
        "M7I.large",
        "m7i large",
        "m7i.large.x",
    ),
    # release
    *each(
        "etcdVersion", "an exact release, x.y.z", "", "latest", "3.5", "v3.5.11", "3.5.11-rc.0", "3.5.011", "3.5.11.1"
    ),
    *each("etcdVersion", "13766", "3.5.0", "3.5.1", "3.5.2"),
    ({"etcdVersion": "3.5.2", "releaseSha256": "a" * 64}, "etcdVersion", "13766"),
    ({"etcdVersion": "3.4.30", "releaseSha256": "a" * 64}, "etcdVersion", "a release of 3.5 or 3.6"),
    ({"etcdVersion": "3.7.3", "releaseSha256": "a" * 64}, "etcdVersion", "a release of 3.5 or 3.6"),
    ({"etcdVersion": "3.5.99"}, "etcdVersion", "a known checksum for amd64"),
    ({"etcdVersion": "3.5.99", "instanceType": "m7g.large"}, "etcdVersion", "a known checksum for arm64"),
    *each(
        "releaseSha256", "64 hexadecimal digits", "a" * 63, "a" * 65, "g" * 64, f"sha256:{'a' * 64}", f"{'a' * 64}\n"
    ),
    ({"releaseSha256": "a" * 64}, "releaseSha256", "the checksum of the published 3.5.11"),
    ({"releaseFile": "/nonexistent/etcd.tar.gz"}, "releaseFile", "there is none at /nonexistent/etcd.tar.gz"),
    ({"releaseFile": "/usr"}, "releaseFile", "a file on this machine"),
    *each(
        "releaseUrl",
        "an https:// URL",
        "",
        "http://example.com",
        "https://",
        "example.com",
        "https://a.b/?x=1",
        "https://user:pw@a.b/",
    ),
    # etcd
    ({"heartbeatMilliseconds": "0"}, "heartbeatMilliseconds", "1 to 10000 ms"),
    ({"heartbeatMilliseconds": "10001", "electionMilliseconds": "50000"}, "heartbeatMilliseconds", "1 to 10000 ms"),
    ({"electionMilliseconds": "499"}, "electionMilliseconds", "at least 5 times etcd:heartbeatMilliseconds, 500"),
    ({"heartbeatMilliseconds": "201"}, "electionMilliseconds", "1005"),
    ({"electionMilliseconds": "50001"}, "electionMilliseconds", "5 to 50000 ms"),
    ({"quotaMib": "0"}, "quotaMib", "above 0"),
    ({"quotaMib": "-1"}, "quotaMib", "above 0"),
    ({"quotaMib": "20480"}, "quotaMib", "less than the volume"),
    *each("autoCompactionRetention", "hours or minutes", "", "0", "0h", "1", "1d", "-1h", "1.5h", "1h30m"),
    *each("snapshotCount", "1000 to 10000000", "-1", "1", "999", "10000001"),
    ({"protected": "true"}, "protected", "etcd:protected was renamed: etcd:deletionProtection"),
    ({"renewMachines": '["etcd-1"]'}, "renewMachines", "etcd:renewMachines was renamed: etcd:replaceMachines"),
    # where data lives
    *each(
        "dataDirectory",
        "an absolute path",
        "",
        "/",
        "var/lib/etcd",
        "~/etcd",
        "/var/lib/etcd/",
        "/var//etcd",
        "/var/../etc",
        "/a b",
        "//data",
    ),
    *each(
        "dataDirectory",
        MEMORY,
        "/tmp",
        "/tmp/etcd",
        "/run/etcd",
        "/dev/shm/etcd",
        "/proc/1",
        "/sys/x",
        "/var/run/etcd",
        "/var/lock/x",
    ),
    *each(
        "dataDirectory",
        SYSTEM,
        "/etc",
        "/etc/etcd",
        "/usr/local/etcd",
        "/boot",
        "/root/x",
        "/home/x",
        "/lib64",
        "/var",
        "/var/lib",
    ),
    *each("dataDirectory", SYSTEM, "/opt", "/opt/etcd", "/var/log", "/srv", "/mnt"),
    # certificates
    ({"certificateValidityDays": "0"}, "certificateValidityDays", "1 to 36500 days"),
    ({"certificateRenewalDays": "0"}, "certificateRenewalDays", "1 to 36500 days"),
    ({"certificateRenewalDays": "365"}, "certificateRenewalDays", "less than etcd:certificateValidityDays"),
    ({"caValidityDays": "365"}, "caValidityDays", "more than etcd:certificateValidityDays"),
    ({"deleteDataVolumes": "maybe"}, "deleteDataVolumes", "true or false"),
    # unknown keys
    ({"siez": "3"}, "siez", "did you mean etcd:size?"),
    ({"operatorCidr": "10.0.0.0/8"}, "operatorCidr", "did you mean etcd:operatorCidrs?"),
    ({"region": "us-east-1"}, "region", "did you mean aws:region?"),
    ({"nothingLikeIt": "1"}, "nothingLikeIt", "there is no such setting"),
    ({"cluster_name": "x"}, "cluster_name", "did you mean etcd:clusterName"),
]
