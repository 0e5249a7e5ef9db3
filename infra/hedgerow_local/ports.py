"""Ports on this machine's own address."""

import contextlib
import random
import socket

HOST = "127.0.0.1"
# Below the range from which Linux takes the near ends of outgoing connections: a port chosen here
# is still free when its server comes back after a crash.
FIRST, LAST = 20_000, 32_000


def free_port() -> int:
    """A port nobody listens on."""
    for _ in range(200):
        port = random.randrange(FIRST, LAST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {FIRST} and {LAST} on {HOST}")


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def answers(port: int, host: str = HOST) -> bool:
    """Whether somebody accepts connections on `port`."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return True
    return False
