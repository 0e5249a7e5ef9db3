"""Questions about stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import strawberry
from hedgerow.contracts.inventory import (
    ListLedger,
    ListSkus,
    ListStock,
    StockKey,
    StockView,
    StockWhere,
)
from hedgerow.contracts.values import LocationId

from hedgerow_gateway.context import Info
from hedgerow_gateway.loaders import EVERYTHING
from hedgerow_gateway.schema.fields import derived, entered, query, shown
from hedgerow_gateway.schema.ids import uuid_of, uuids_of
from hedgerow_gateway.schema.node import TooManyIds
from hedgerow_gateway.schema.paging import Connection, Slice, page_of
from hedgerow_gateway.schema.stock import InventoryLevel, LedgerEntry, Sku
from hedgerow_gateway.schema.values import given

MOST_LEVELS = 500


@strawberry.input(description="Which stock; all that is given must hold.")
class InventoryWhereInput:
    skus: list[str] | None = entered("SKU", "SKUs", "Of these articles.", optional=True)
    location_ids: list[strawberry.ID] | None = entered(
        "库位", "Locations", "At these locations.", optional=True
    )
    plant_ids: list[strawberry.ID] | None = entered(
        "工厂", "Plants", "At locations of these plants.", optional=True
    )
    below_safety: bool | None = entered(
        "低于安全库存", "Below safety", "Available below the safety level, or not.", optional=True
    )
    tripped: bool | None = entered(
        "溢出中", "Tripped", "Orders pass the location over, or not.", optional=True
    )

    def contract(self) -> StockWhere:
        return StockWhere(
            skus=tuple(self.skus or ()),
            location_ids=uuids_of("Location", self.location_ids or (), field="where.locationIds"),
            plant_ids=uuids_of("Plant", self.plant_ids or (), field="where.plantIds"),
            below_safety=given(self.below_safety),
            tripped=given(self.tripped),
        )


@dataclass(frozen=True, slots=True)
class Promise:
    sku: str
    levels: Sequence[StockView]


@strawberry.type(description="What can be promised of an article, and the numbers behind it.")
class Availability:
    sku_code: str = derived(lambda promise: promise.sku, "SKU", "SKU", "Code of the article.")
    atp: Decimal = derived(
        lambda promise: sum((level.atp for level in promise.levels), Decimal(0)),
        "可承诺量",
        "ATP",
        "Over all these locations.",
    )
    levels: list[InventoryLevel] = shown(
        "库位明细", "Levels", "One per location that stocks it, each with its own ATP."
    )


async def skus(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Slice:
    page = await info.context.ask(ListSkus(page=page_of(info, first, last, after, before)))
    return Slice(page.skus, page.cursors, page.has_next, page.has_previous, page.total)


async def inventory_levels(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    where: InventoryWhereInput | None = strawberry.UNSET,
) -> Slice:
    page = await info.context.ask(
        ListStock(
            where=where.contract() if where else StockWhere(),
            page=page_of(info, first, last, after, before),
        )
    )
    return Slice(page.items, page.cursors, page.has_next, page.has_previous, page.total)


async def inventory_level(
    info: Info, sku_code: str, location_id: strawberry.ID
) -> StockView | None:
    location = uuid_of("Location", location_id, field="locationId")
    return await info.context.load.stock.load(StockKey(sku_code, location))


async def stock_ledger(
    info: Info,
    first: int | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    after: str | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
    sku_code: str | None = strawberry.UNSET,
    location_id: strawberry.ID | None = strawberry.UNSET,
    reference: str | None = strawberry.UNSET,
) -> Slice:
    at = uuid_of("Location", location_id, field="locationId") if location_id else None
    page = await info.context.ask(
        ListLedger(
            sku=sku_code or None,
            location_id=at,
            reference=reference or None,
            page=page_of(info, first, last, after, before),
        )
    )
    return Slice(page.entries, page.cursors, page.has_next, page.has_previous, page.total)


async def availability(
    info: Info, skus: list[str], location_ids: list[strawberry.ID] | None = strawberry.UNSET
) -> list[Promise]:
    """Without locations: all those of the plants that the caller may see."""
    load = info.context.load
    if location_ids:
        places: Sequence[LocationId] = uuids_of("Location", location_ids, field="locationIds")
    else:
        places = [each.location_id for each in await load.location_lists.load(EVERYTHING)]
    if len(skus) * len(places) > MOST_LEVELS:
        raise TooManyIds(MOST_LEVELS, "skus")
    keys = [StockKey(sku, place) for sku in skus for place in places]
    levels = [level for level in await load.stock.load_all(keys) if level is not None]
    return [Promise(sku, [level for level in levels if level.sku == sku]) for sku in skus]


@strawberry.type
class StockQueries:
    skus: Connection[Sku] | None = query(skus, "Articles, by code.", paged=True)
    inventory_levels: Connection[InventoryLevel] | None = query(
        inventory_levels, "Stock, by SKU, then location.", paged=True
    )
    inventory_level: InventoryLevel | None = query(
        inventory_level, "The stock of one SKU at one location."
    )
    availability: list[Availability] | None = query(
        availability, "What can be promised, with the numbers.", sized_by="skus"
    )
    stock_ledger: Connection[LedgerEntry] | None = query(
        stock_ledger, "Entries of the ledger, newest first.", paged=True
    )
