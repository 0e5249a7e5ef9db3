"""A routing database of its own with committed fences, and indexes over them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from hedgerow.auth import Caller
from hedgerow.contracts.routing import FenceView
from hedgerow.contracts.values import LonLat, PlantId
from hedgerow.transaction import Transaction
from hedgerow.transaction.tenancy import enter
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.store.area_indexes import AreaIndexes
from hedgerow_routing.store.fences import FenceStore
from routing.makers import NINGBO, found_plant, service_area
from sqlalchemy.ext.asyncio import AsyncEngine
from worlds import NOON, administrator


class AreaWorld:
    """One company with one plant, as a process with `indexes` sees it."""

    def __init__(self, engine: AsyncEngine, indexes: AreaIndexes) -> None:
        self.engine = engine
        self.indexes = indexes
        self.admin: Caller = administrator()
        self.plant: PlantId | None = None

    @asynccontextmanager
    async def transaction(
        self, *, kept: bool = True, at: datetime = NOON
    ) -> AsyncIterator[Transaction]:
        """Committed at its end."""
        async with self.engine.begin() as conn:
            await enter(conn, self.admin.reach(), timeout_s=60)
            yield Transaction(conn, self.admin, at, kept=self.indexes if kept else None)

    async def draw(self, geojson: object, name: str = "home") -> FenceView:
        async with self.transaction() as tx:
            if self.plant is None:
                self.plant = (await found_plant(tx, "NINGBO", NINGBO)).plant_id
            return await publish_fence(service_area(self.plant, geojson, name=name), tx)

    async def ask(
        self, *points: LonLat, kept: bool = True, at: datetime = NOON
    ) -> list[set[tuple[object, int]]]:
        """(fence, version) of the areas that cover each point."""
        async with self.transaction(kept=kept, at=at) as tx:
            return named(await FenceStore(tx).covering(points))

    async def indexed(self) -> None:
        """Have the index built that is due."""
        await self.ask(NINGBO)
        await self.indexes.built()


def named(found: Sequence[Sequence[object]]) -> list[set[tuple[object, int]]]:
    return [{(area.fence_id, area.version) for area in areas} for areas in found]  # type: ignore[attr-defined]
