"""What the map would look like."""

from __future__ import annotations

import asyncio

from hedgerow.auth import Permission
from hedgerow.contracts.releases import CoverageView, ReleaseCoverage
from hedgerow.contracts.values import Datum
from hedgerow.transaction import Transaction

from hedgerow_routing.domain.area import parse_area
from hedgerow_routing.domain.coverage import report, width
from hedgerow_routing.domain.simulation import codes_of, drawn_areas, replaced_areas
from hedgerow_routing.store.coverage import CoverageStore
from hedgerow_routing.store.divisions import DivisionStore
from hedgerow_routing.store.history import HistoryStore
from hedgerow_routing.store.releases import ReleaseStore


async def release_coverage(query: ReleaseCoverage, tx: Transaction) -> CoverageView:
    """Overlaps, gaps and slivers of the service areas as they would be."""
    tx.caller.grant_tenant(Permission.RELEASE_READ)
    narrow_m = width(query.narrow_m, "narrow_m")
    territory = None
    if query.territory is not None:
        territory = await asyncio.to_thread(
            parse_area, query.territory, Datum.WGS84, field="territory"
        )
    release = await ReleaseStore(tx).load(query.release_id)
    divisions = await DivisionStore(tx).newest(codes_of(release.changes))
    drawn = await asyncio.to_thread(drawn_areas, release.changes, divisions, at=tx.now)
    replaced = await HistoryStore(tx).named(replaced_areas(release.changes))
    return report(await CoverageStore(tx).findings(drawn, replaced, territory, narrow_m))
