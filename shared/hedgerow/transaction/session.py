"""A transaction limited to its reach, with as few round trips as there can be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hedgerow.auth import Reach
from hedgerow.transaction.database import is_lost
from hedgerow.transaction.tenancy import enter_script


class Sessions:
    """Begins transactions on one engine.

    SQLAlchemy would send BEGIN by itself and the limits after it; a batch of a few messages feels
    that trip. So its connections run in autocommit, and the transaction around them is ours: both
    go in one message. A connection that was lost is not given back to the pool.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin(
        self, reach: Reach, *, timeout_s: float, rights: Iterable[tuple[str, int]] = ()
    ) -> AsyncIterator[AsyncConnection]:
        """Commits at the end, or rolls back what raised. No statement runs longer than
        `timeout_s` seconds. rights  as for `enter_script`. Raises what the database raises; see
        `database.is_lost`."""
        async with self._engine.connect() as conn:
            driver: Any = (await conn.get_raw_connection()).driver_connection
            try:
                await driver.execute(
                    f"begin; {enter_script(reach, timeout_s=timeout_s, rights=rights)}"
                )
                yield conn
                await driver.execute("commit")
            except BaseException as wrong:
                if is_lost(wrong) or not await _rolled_back(driver):
                    await conn.invalidate()
                raise


async def _rolled_back(driver: Any) -> bool:
    """False when the connection is no longer good for it: the server then rolls back by itself."""
    try:
        await driver.execute("rollback")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True
