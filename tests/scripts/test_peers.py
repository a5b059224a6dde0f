"""The question to a peer's port, with real curl and sockets: is nobody there, or somebody who does not answer?"""

import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from components.host.programs import HOST_FILES

NOBODY, NO_ANSWER = 3, 1


def ask(port: int) -> int:
    library = (HOST_FILES / "lib" / "member.sh").read_text()
    library = library.replace("timeout 2", "timeout 0.5").replace("--max-time 4", "--max-time 1")
    library = re.sub(r'--(cacert|cert|key) "[^"]*"', "", library)  # no connection comes as far as that
    script = f"pki_directory=/nowhere\n{library}\nmembers_known_to https://127.0.0.1:{port}"
    return subprocess.run(["bash", "-c", script], capture_output=True, check=False).returncode


@contextmanager
def listening_socket(backlog: int = 1) -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(backlog)
        yield listener


@contextmanager
def listening(backlog: int = 1) -> Iterator[int]:
    with listening_socket(backlog) as listener:
        yield listener.getsockname()[1]


def test_a_refused_connection_is_nobody() -> None:
    with listening() as port:
        pass
    assert ask(port) == NOBODY


def test_a_peer_that_hangs_is_not_nobody() -> None:
    """The kernel accepts the connection of a process that is stopped."""
    with listening() as port:
        assert ask(port) == NO_ANSWER


def test_a_connection_that_does_not_come_about_in_time_is_nobody() -> None:
    """A queue that is full drops packets, as a VPC does for a machine that is off."""
    with listening(backlog=0) as port:
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        try:
            assert ask(port) == NOBODY
        finally:
            for each in waiting:
                each.close()


def test_a_peer_that_hangs_up_is_not_nobody() -> None:
    def hang_up(listener: socket.socket) -> None:
        listener.accept()[0].close()

    with listening_socket() as listener:
        thread = threading.Thread(target=hang_up, args=[listener])
        thread.start()
        assert ask(listener.getsockname()[1]) == NO_ANSWER
        thread.join()
