"""Events of a transaction into its outbox, with one statement however many they are."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ARRAY, Table, Text, any_, bindparam, func, select

from hedgerow.transaction import BulkInsert, Emission, Transaction

_COLUMNS = (
    "msg_id",
    "tenant_id",
    "plant_id",
    "aggregate",
    "version",
    "follows",
    "subject",
    "body",
    "traceparent",
    "created_at",
)


class Writer:
    """Writes to one outbox; its statements are built once."""

    def __init__(self, outbox: Table) -> None:
        kind = func.split_part(outbox.c.subject, ".", 4)
        self._insert = BulkInsert(outbox, *_COLUMNS, same=("tenant_id", "created_at"))
        self._earlier = (
            select(outbox.c.aggregate, kind, func.max(outbox.c.version))
            .where(
                outbox.c.tenant_id == bindparam("tenant"),
                outbox.c.aggregate == any_(bindparam("aggregates", type_=ARRAY(Text))),
            )
            .group_by(outbox.c.aggregate, kind)
        )

    async def write(self, tx: Transaction) -> None:
        """Write what the handler emitted. Sent after the commit by the relay."""
        if not tx.emitted:
            return
        earlier = await self._earlier_kinds(tx)
        rows = []
        for emission in sorted(tx.emitted, key=lambda each: (each.aggregate, each.version)):
            kinds = earlier.setdefault(emission.aggregate, {})
            rows.append(_row(emission, tx, ",".join(f"{k}:{v}" for k, v in sorted(kinds.items()))))
            kinds[_kind(emission.event.SUBJECT)] = emission.version
        await self._insert(tx.conn, rows)

    async def _earlier_kinds(self, tx: Transaction) -> dict[str, dict[str, int]]:
        """The last version of each kind of event, by aggregate, before this transaction's."""
        first: dict[str, int] = {}
        for emission in tx.emitted:
            known = first.get(emission.aggregate, emission.version)
            first[emission.aggregate] = min(known, emission.version)
        grown = [aggregate for aggregate, version in first.items() if version > 1]
        found: dict[str, dict[str, int]] = {}
        if grown:
            rows = await tx.conn.execute(
                self._earlier, {"tenant": tx.tenant_id, "aggregates": grown}
            )
            for aggregate, kind, version in rows:
                found.setdefault(aggregate, {})[kind] = version
        return found


def _row(emission: Emission, tx: Transaction, follows: str) -> dict[str, Any]:
    plant = emission.plant_id if emission.plant_id is not None else "_"
    return {
        "msg_id": emission.msg_id,
        "tenant_id": tx.tenant_id,
        "plant_id": emission.plant_id,
        "aggregate": emission.aggregate,
        "version": emission.version,
        "follows": follows,
        "subject": f"{emission.event.SUBJECT}.{tx.tenant_id}.{plant}",
        "body": msgspec.json.encode(emission.event).decode(),
        "traceparent": emission.traceparent,
        "created_at": tx.now,
    }


def _kind(subject: str) -> str:
    return subject.split(".")[3]
