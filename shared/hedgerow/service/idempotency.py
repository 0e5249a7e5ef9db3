"""The first answer to a key is the answer to every repetition of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Table, Text, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hedgerow.bus import Incoming
from hedgerow.errors import Conflict
from hedgerow.transaction import BulkInsert


class KeyReused(Conflict):
    code = "IDEMPOTENCY_CONFLICT"

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used for another request; take a new key.",
            "该幂等键已用于另一个请求，请更换",
        )


class Keys:
    """Answers kept by (tenant, caller, key), in the transaction of the change they belong to."""

    def __init__(self, table: Table) -> None:
        self._find = select(
            table.c.caller, table.c.key, table.c.subject, table.c.request_sha256, table.c.response
        ).where(
            table.c.tenant_id == bindparam("tenant"),
            table.c.caller == any_(bindparam("callers", type_=ARRAY(Text))),
            table.c.key == any_(bindparam("keys", type_=ARRAY(Text))),
        )
        self._keep = BulkInsert(
            table,
            *("tenant_id", "caller", "key", "subject", "request_sha256", "response", "at"),
            same=("tenant_id", "at"),
        )

    async def answered(
        self, conn: AsyncConnection, asks: Sequence[Incoming]
    ) -> dict[int, bytes | KeyReused]:
        """What is known already, by position in `asks`."""
        keyed = [ask for ask in asks if ask.key]
        if not keyed:
            return {}
        rows = await conn.execute(
            self._find,
            {
                "tenant": keyed[0].caller.tenant_id,
                "callers": sorted({ask.caller.subject for ask in keyed}),
                "keys": [ask.key for ask in keyed],
            },
        )
        stored = {(row.caller, row.key): row for row in rows}
        known: dict[int, bytes | KeyReused] = {}
        for position, ask in enumerate(asks):
            row = stored.get((ask.caller.subject, ask.key)) if ask.key else None
            if row is None:
                continue
            same = (row.subject, bytes(row.request_sha256)) == (ask.subject, fingerprint(ask))
            known[position] = row.response.encode() if same else KeyReused()
        return known

    async def keep(
        self, conn: AsyncConnection, answers: Sequence[tuple[Incoming, bytes]], now: datetime
    ) -> None:
        """Raises IntegrityError when another transaction answered one of the keys meanwhile."""
        rows: list[dict[str, Any]] = [
            {
                "tenant_id": ask.caller.tenant_id,
                "caller": ask.caller.subject,
                "key": ask.key,
                "subject": ask.subject,
                "request_sha256": fingerprint(ask),
                "response": answer.decode(),
                "at": now,
            }
            for ask, answer in answers
            if ask.key
        ]
        await self._keep(conn, rows)


def fingerprint(ask: Incoming) -> bytes:
    return hashlib.sha256(ask.body).digest()
