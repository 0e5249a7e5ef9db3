"""What a transaction has left as evidence, for tests to look at."""

from __future__ import annotations

from typing import Any

from hedgerow.evidence import EvidenceWriter
from hedgerow.evidence.entry import Body, read_body
from hedgerow.transaction import Transaction
from sqlalchemy import text


async def keep(tx: Transaction) -> None:
    """Write what was recorded, as the pipeline does when a handler has returned."""
    await EvidenceWriter().write(tx)
    tx.recorded.clear()


async def chain(tx: Transaction, stream: str) -> list[Body]:
    """The entries of one chain in sight, oldest first."""
    found = await tx.conn.execute(
        text("select body from evidence where stream = :stream order by seq"), {"stream": stream}
    )
    return [read_body(row.body) for row in found]


def told(tx: Transaction, kind: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """What was recorded and not yet written of one kind of aggregate: action and changes, by the
    aggregate's name."""
    return {
        each.aggregate: (each.action, dict(each.changes))
        for each in tx.recorded
        if each.aggregate.startswith(f"{kind}:")
    }
