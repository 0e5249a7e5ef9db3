"""Who may open a WebSocket, and how many there may be."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from hedgerow.auth import Caller
from hedgerow.telemetry import Metric, up_down_counter
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from hedgerow_gateway.closing import TRY_LATER, Closing
from hedgerow_gateway.connection import PROTOCOL, Connection
from hedgerow_gateway.parts import Parts

MOST_SOCKETS = 1000
MOST_PER_USER = 5
BAD_PROTOCOL = (4406, "Subprotocol not acceptable")


class Sockets:
    """All open sockets of this process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._open = 0
        self._users: Counter[tuple[object, str]] = Counter()
        self._gauge = up_down_counter(Metric.SOCKETS)

    async def serve(self, socket: WebSocket) -> None:
        """The WebSocket route."""
        if not self._welcome(socket):
            await socket.send_denial_response(PlainTextResponse("origin", status_code=403))
            return
        if self._open >= MOST_SOCKETS:
            await socket.send_denial_response(PlainTextResponse("full", status_code=503))
            return
        if PROTOCOL not in socket.scope.get("subprotocols", ()):
            await socket.accept()
            await socket.close(*BAD_PROTOCOL)
            return
        self._open += 1
        self._gauge.add(1)
        try:
            await socket.accept(PROTOCOL)
            await Connection(self._parts, socket, self._admitted).run()
        finally:
            self._open -= 1
            self._gauge.add(-1)

    @contextlib.contextmanager
    def _admitted(self, caller: Caller) -> Iterator[None]:
        """Raises Closing when the user has too many sockets."""
        user = (caller.tenant_id, caller.subject)
        if self._users[user] >= MOST_PER_USER:
            raise Closing(TRY_LATER, "Too many connections of this user")
        self._users[user] += 1
        try:
            yield
        finally:
            self._users[user] -= 1
            if not self._users[user]:
                del self._users[user]

    def _welcome(self, socket: WebSocket) -> bool:
        """A page may connect from our own origin or a named one; programs send no Origin."""
        origin = socket.headers.get("origin")
        if origin is None or origin in self._parts.settings.origins():
            return True
        return urlsplit(origin).netloc == socket.headers.get("host", "")
