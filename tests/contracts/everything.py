"""All that a database holds of a tenant, short enough to compare; and what a transaction wrote."""

from __future__ import annotations

from hedgerow.auth import Caller
from hedgerow.contracts.values import TenantId
from hedgerow.transaction.tenancy import enter
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

_WRITTEN = text(
    "select sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint from pg_stat_xact_user_tables"
)


async def everything(
    conn: AsyncConnection, tenant_id: TenantId, metadata: MetaData
) -> dict[str, str]:
    """By table, a digest of all rows of the tenant. The transaction's reach is that of a service
    afterwards."""
    await enter(conn, Caller.service("tester", tenant_id).reach(), timeout_s=20)
    digests = " union all ".join(
        f"select '{name}', md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {name} t"
        for name in sorted(metadata.tables)
    )
    return {name: digest for name, digest in await conn.execute(text(digests))}


async def written(conn: AsyncConnection) -> int:
    """How many rows of whatever tenant this transaction has added, changed or removed until now,
    counting also what it has taken back."""
    return int(await conn.scalar(_WRITTEN) or 0)
