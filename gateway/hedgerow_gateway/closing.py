"""How a WebSocket ends: the close codes of graphql-transport-ws."""

from __future__ import annotations

BAD_REQUEST = (4400, "Invalid message")
UNAUTHORIZED = (4401, "Unauthorized")
FORBIDDEN = (4403, "Forbidden")
INIT_TIMEOUT = (4408, "Connection initialisation timeout")
SUBSCRIBER_EXISTS = 4409
TOO_MANY_INITS = (4429, "Too many initialisation requests")
TRY_LATER = 1013
BUG = (1011, "Internal error")


class Closing(Exception):
    """Ends the connection with a close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
