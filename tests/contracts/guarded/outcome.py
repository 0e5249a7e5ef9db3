"""What becomes of a message: sent as the pipeline does, then taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from contracts.everything import everything, written
from hedgerow.auth import Caller
from hedgerow.contracts.message import Request
from hedgerow.errors import Refused
from hedgerow.service import Service
from hedgerow.service.table import batch_of
from hedgerow.transaction import Ask, Transaction
from hedgerow.transaction.tenancy import enter
from sqlalchemy.ext.asyncio import AsyncConnection
from worlds import NOON

LATER = NOON + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """refused  the code, "" for none
    written  rows that were added, changed or removed, also for a moment and in other tenants
    left     all rows of the stage's tenant afterwards, if they were asked for
    """

    answer: Any
    refused: str
    emitted: int
    written: int
    left: Mapping[str, str]

    @property
    def untouched(self) -> bool:
        return (self.emitted, self.written) == (0, 0)

    @property
    def blank(self) -> bool:
        """Whether it says nothing at all: no value, no count, no further page."""
        return not self.refused and _blank(msgspec.to_builtins(self.answer))


async def send(
    conn: AsyncConnection,
    service: Service,
    message: Request[Any],
    who: Caller,
    *,
    look_at: Caller | None = None,
) -> Outcome:
    """look_at  somebody of the tenant whose rows are wanted afterwards"""
    taken_back = await conn.begin_nested()
    try:
        before = await written(conn)
        await enter(conn, who.reach(), timeout_s=20)
        tx = Transaction(conn, who, LATER)
        answer = await _handled(service, message, tx)
        refused = answer.code if isinstance(answer, Refused) else ""
        count = await written(conn) - before
        left = await everything(conn, look_at.tenant_id, service.metadata) if look_at else {}
    finally:
        await taken_back.rollback()
    return Outcome(None if refused else answer, refused, len(tx.emitted), count, left)


async def _handled(service: Service, message: Request[Any], tx: Transaction) -> Any:
    handler: Any = {**service.commands, **service.queries}[type(message)]
    try:
        if batch_of(handler) is None:
            return await handler(message, tx)
        [answer] = await handler([Ask(message, tx.caller)], tx)
        return answer
    except Refused as refused:
        return refused


def _blank(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_blank, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_blank, value))
    return not value
