from __future__ import annotations

import asyncio

from hedgerow.auth import Permission
from hedgerow.contracts.fences import DivisionsImported, DivisionView, ImportDivisions
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.division import parse_divisions
from hedgerow_routing.store.divisions import DivisionStore


async def import_divisions(command: ImportDivisions, tx: Transaction) -> tuple[DivisionView, ...]:
    """Take over boundaries of divisions, as the next version of each."""
    grant = tx.caller.grant_tenant(Permission.FENCE_PUBLISH)
    # In a thread, so that others are answered meanwhile.
    drawn = await asyncio.to_thread(parse_divisions, command.geojson, command.datum)
    divisions = DivisionStore(tx)
    version = await divisions.next_version()
    imported = await divisions.add(grant, drawn, version)
    tx.emit(
        DivisionsImported(version=version, codes=tuple(each.code for each in drawn)),
        aggregate=f"divisions:{tx.tenant_id}",
        version=version,
        plant_id=None,
    )
    return imported
