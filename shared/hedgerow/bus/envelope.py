"""What travels between a caller and a service: several requests, or several answers, at once.

All requests that one tick of the event loop makes to the same service share a message; each
keeps its own caller, deadline, idempotency key, trace, and answer or refusal.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hedgerow.auth import NOWHERE, Caller, Origin, Presence
from hedgerow.errors import Refused

AUTH_HEADER = "Hedgerow-Auth"


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request.

    subject      of the message in `body`
    caller       position in `Requests.callers`
    deadline_ms  Unix time after which nobody waits any more and nothing may be done
    key          idempotency key; empty for none
    presence     what routing attested of the caller's position, when the caller gave one
    """

    subject: str
    caller: int
    deadline_ms: int
    key: str
    traceparent: str
    body: msgspec.Raw
    origin: Origin = NOWHERE
    presence: Presence | None = None


class Requests(msgspec.Struct, frozen=True):
    callers: list[Caller]
    items: list[Item]


class RefusalBody(msgspec.Struct, frozen=True):
    family: str
    code: str
    en: str
    zh: str
    field: str
    case: str = ""
    missing: str = ""


class Answer(msgspec.Struct, frozen=True):
    """The answer to item number `item` of a request message: one of the other two is given."""

    item: int
    ok: msgspec.Raw = msgspec.Raw(b"null")
    refused: RefusalBody | None = None


class Answers(msgspec.Struct, frozen=True):
    answers: list[Answer]


class RemoteRefusal(Refused):
    """A refusal that a service answered with; code and family are the ones it gave."""

    def __init__(self, body: RefusalBody) -> None:
        super().__init__(body.en, body.zh, field=body.field, case=body.case, missing=body.missing)
        self.code = body.code  # type: ignore[misc]
        self.family = body.family  # type: ignore[misc]


def refusal_body(refused: Refused) -> RefusalBody:
    return RefusalBody(
        refused.family,
        refused.code,
        refused.en,
        refused.zh,
        refused.field,
        refused.case,
        refused.missing,
    )


INTERNAL = RefusalBody(
    "Internal",
    "INTERNAL",
    "Something went wrong on our side; it has been reported.",
    "系统内部错误，已上报",
    "",
)

encode = msgspec.json.Encoder().encode
_decode_requests = msgspec.json.Decoder(Requests).decode
_decode_answers = msgspec.json.Decoder(Answers).decode


def decode_requests(body: bytes) -> Requests:
    """Raises msgspec.MsgspecError."""
    return _decode_requests(body)


def decode_answers(body: bytes) -> Answers:
    """Raises msgspec.MsgspecError."""
    return _decode_answers(body)


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(encode(value))
