"""One step of a simulation."""

from __future__ import annotations

import asyncio
from functools import partial

from hedgerow.transaction import Transaction

from hedgerow_routing.domain.release import Release
from hedgerow_routing.domain.run import Run
from hedgerow_routing.domain.simulation import (
    Found,
    Side,
    codes_of,
    drafted,
    drawn_areas,
    levels_of,
    replaced_areas,
    simulate,
)
from hedgerow_routing.store.divisions import DivisionStore
from hedgerow_routing.store.fences import FenceStore
from hedgerow_routing.store.history import HistoryStore
from hedgerow_routing.store.network import NetworkStore

STEP = 1000  # orders; some tenths of a second


async def simulate_orders(run: Run, release: Release, tx: Transaction) -> Found | None:
    """The run moves on by the next orders; None when there are none left."""
    history = HistoryStore(tx)
    orders, place = await history.orders(run, STEP)
    if place is None:
        return None
    points = [each.point for each in orders]
    divisions = await DivisionStore(tx).newest(codes_of(release.changes))
    drawn = await asyncio.to_thread(drawn_areas, release.changes, divisions, at=tx.now)
    replaced = await history.named(replaced_areas(release.changes))
    now = await FenceStore(tx).covering(points)
    new = await history.covered_by(points, drawn)
    then = [
        [*(area for area in kept if area.fence_id not in replaced), *more]
        for kept, more in zip(now, new, strict=True)
    ]
    network = await NetworkStore(tx).load()
    then_network = drafted(network, release.changes, at=tx.now)
    sides = (Side(network), Side(then_network, levels_of(release.changes)))
    areas = list(zip(now, then, strict=True))
    # In a thread, so that others are answered meanwhile.
    found = await asyncio.to_thread(partial(simulate, orders, areas, sides, at=tx.now))
    run.go_on(len(orders), len(found.changed), place)
    return found
