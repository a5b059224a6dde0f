"""A public key is taken as ssh-keygen and other tools write it; only the key is used."""

import pytest

from components.settings.public_key import openssh_public_key
from tests.unit.bad_access import ED25519, RSA_2048

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("key", [ED25519, RSA_2048])
@pytest.mark.parametrize(
    "comment", ["me@example.org", r"azuread\jdoe@PC", "Jürgen's key (2024); $HOME & more", "a  b", ""]
)
def test_any_printable_comment_is_accepted_and_dropped(key: str, comment: str) -> None:
    assert openssh_public_key(f"{key} {comment}\n") == key


def test_a_second_line_is_refused() -> None:
    with pytest.raises(ValueError, match="one line"):
        openssh_public_key(f"{ED25519} me\n{RSA_2048} me")
