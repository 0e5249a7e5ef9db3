"""Numbers that people say, such as HY20260329-0001: letters, the day in UTC, and a count from 1."""

from __future__ import annotations

from datetime import UTC

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    bindparam,
)
from sqlalchemy.dialects.postgresql import insert

from hedgerow.transaction.transaction import Transaction


class Numbers:
    """Counts each tenant's days in a table of its own; its statement is built once.

    table  the last number given out of each day; `prefix` is the letters and the day
    """

    def __init__(self, name: str, metadata: MetaData, *, letters: str) -> None:
        self._letters = letters
        self.table = table = Table(
            name,
            metadata,
            Column("tenant_id", Uuid, nullable=False),
            Column("prefix", Text, nullable=False),
            Column("last", BigInteger, nullable=False),
            PrimaryKeyConstraint("tenant_id", "prefix", name=f"{name}_pkey"),
            CheckConstraint("last > 0", name=f"{name}_last"),
        )
        first = insert(table).values(
            tenant_id=bindparam("tenant"), prefix=bindparam("prefix"), last=bindparam("count")
        )
        self._give = first.on_conflict_do_update(
            index_elements=["tenant_id", "prefix"],
            set_={"last": table.c.last + first.excluded.last},
        ).returning(table.c.last)

    async def give(self, tx: Transaction, count: int) -> list[str]:
        """The next `count` numbers of the transaction's day; four digits, or as many as it takes.

        From here to the end of the transaction the tenant's others wait for theirs, so call it
        late. What a rollback gives back is given again.
        """
        if count == 0:
            return []
        prefix = f"{self._letters}{tx.now.astimezone(UTC):%Y%m%d}"
        given = {"tenant": tx.tenant_id, "prefix": prefix, "count": count}
        last: int = (await tx.conn.execute(self._give, given)).scalar_one()
        return [f"{prefix}-{each:04d}" for each in range(last - count + 1, last + 1)]
