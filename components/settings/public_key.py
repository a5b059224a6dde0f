"""SSH public keys as OpenSSH writes them. Pure."""

import base64
import binascii
import re

# What EC2 takes for Linux: docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html
ED25519_BYTES = 32
RSA_BITS = (2_048, 4_096)
LINE = re.compile(r"(?P<type>ssh-ed25519|ssh-rsa) (?P<key>[A-Za-z0-9+/]+={0,2})( [A-Za-z0-9 @._+=:/-]*)?")


def openssh_public_key(text: str) -> str:
    """The key without its comment. Empty means: none.

    Raises:
        ValueError: with the rule that the text breaks.
    """
    if not text:
        return text
    if "PRIVATE KEY" in text:
        raise ValueError("the public half, from the file that ends in .pub: a private key never leaves your machine")
    found = LINE.fullmatch(text.strip())
    if not found:
        raise ValueError("one line as in id_ed25519.pub: ssh-ed25519 or ssh-rsa, then the key, then perhaps a comment")
    try:
        parts = _parts(base64.b64decode(found["key"], validate=True))
    except (binascii.Error, EOFError):
        parts = []
    if not parts or parts[0].decode("ascii", "replace") != found["type"]:
        raise ValueError(f"a whole key: what stands after {found['type']} is cut off or of another type")
    if found["type"] == "ssh-ed25519":
        if [len(part) for part in parts[1:]] != [ED25519_BYTES]:
            raise ValueError(f"a whole key: an ed25519 key has {ED25519_BYTES} bytes")
    elif len(parts) != 3 or int.from_bytes(parts[2]).bit_length() not in RSA_BITS:  # type, exponent, modulus
        raise ValueError("an RSA key of 2048 or 4096 bits, which is what EC2 takes; better an ed25519 key")
    return f"{found['type']} {found['key']}"


def _parts(data: bytes) -> list[bytes]:
    """The strings of RFC 4251, section 5: each with its length before it."""
    parts = []
    while data:
        length = int.from_bytes(data[:4])
        if len(data) < 4 + length:
            raise EOFError
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    return parts
