"""How responses reach a client, below what boto3 shows."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

from tests.ec2.region import TestRegion

# Its answer is as small in every region: one of many VPCs would not fit into one segment of the network.
BODY = b"Action=DescribeAvailabilityZones&Version=2016-11-15"
REQUEST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
    b"Authorization: AWS4-HMAC-SHA256 Credential=sandbox/20250101/us-east-1/ec2/aws4_request, "
    b"SignedHeaders=host, Signature=0\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


def test_an_answer_arrives_in_one_piece(endpoint: tuple[str, Path]) -> None:
    """The AWS provider sends a call again whose answer comes in two, and what was revoked cannot be revoked again."""
    url = urlsplit(endpoint[0])
    for _ in range(50):
        with socket.create_connection((str(url.hostname), url.port or 0), timeout=10) as connection:
            connection.sendall(REQUEST)
            first = connection.recv(1024 * 1024)
        head, _, body = first.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert body.endswith(b"</DescribeAvailabilityZonesResponse>")


def test_a_launch_that_is_sent_twice_makes_one_machine(region: TestRegion) -> None:
    interface = region.make_interface()
    first, again = (region.run(interface, ClientToken="of this launch") for _ in range(2))
    assert again == first
    assert region.run(region.make_interface("192.168.0.101"), ClientToken="of another") != first
