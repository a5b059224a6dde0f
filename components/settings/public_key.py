"""SSH public keys as OpenSSH writes them. Pure."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

# What EC2 accepts for Linux: docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html
TYPES = ("ssh-ed25519", "ssh-rsa")
RSA_BITS = (2_048, 4_096)


def openssh_public_key(text: str) -> str:
    """The key without its comment. Empty means: none.

    Raises:
        ValueError: with the rule that the text breaks.
    """
    if not text:
        return text
    if "PRIVATE KEY" in text:
        raise ValueError("the public half, from the file that ends in .pub: a private key never leaves your machine")
    line = text.strip()
    kind = line.partition(" ")[0]
    if kind not in TYPES or not line.isprintable():
        raise ValueError("one line as in id_ed25519.pub: ssh-ed25519 or ssh-rsa, then the key, then perhaps a comment")
    try:
        key = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        raise ValueError(f"a whole key: what follows {kind} is cut off or of another type")
    if isinstance(key, RSAPublicKey) and key.key_size not in RSA_BITS:
        raise ValueError("an RSA key of 2048 or 4096 bits, which is what EC2 accepts; better an ed25519 key")
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
