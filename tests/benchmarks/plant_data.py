"""A company of many plants, made in bulk, and what its people read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from hedgerow.auth import Caller, Role
from hedgerow.contracts.inventory import ListStock, StockByKeys, StockKey
from hedgerow.contracts.orders import ListOrders, OrdersByIds
from hedgerow.contracts.rma import ListRmas
from hedgerow.contracts.routing import DecisionsByOrders
from hedgerow.contracts.values import LocationId, OrderId, Page, PlantId, TenantId, new_id
from hedgerow.transaction import Transaction
from hedgerow.transaction.database import async_url
from hedgerow_inventory.views.stock import list_stock, stock_by_keys
from hedgerow_orders.views.listing import list_orders
from hedgerow_orders.views.orders import orders_by_ids
from hedgerow_rma.views.listing import list_rmas
from hedgerow_routing.views.decisions import decisions_by_orders
from worlds import Databases, administrator, caller

from .report import say

VARIANTS = 20
A_PAGE = 50
SERVICES = ("orders", "inventory", "routing", "rma")

# Of each: $1 the tenant, $2 the plants, $3 how many.
FILL = {
    "orders": (
        """
        insert into orders (
          tenant_id, id, number, type, channel, customer_code, customer_name, region, city,
          address, lon, lat, given_lon, given_lat, given_datum, placed_at, submitted_by, state,
          sourcing, milestones, plant_id, decision_id, updated_at, version)
        select $1, gen_random_uuid(), 'HY' || n, 'MTO', 'TMALL', 'C-' || n % 500, '甬江机械', '浙江',
               '宁波', '甬江路 ' || n, 121, 29, 121, 29, 'WGS84', now() - n * interval '20 s',
               'sales', 'PENDING_REVIEW', 'RESERVED', '["CAPTURED"]',
               $2[1 + n % cardinality($2)], gen_random_uuid(), now(), 1
        from generate_series(1, $3) n""",
        """
        insert into order_lines (
          tenant_id, order_id, line_no, plant_id, sku, name, unit, quantity, custom)
        select tenant_id, id, 1, plant_id, 'BOLT-M8', '螺栓', '件', 10, false
        from orders where tenant_id = $1 and plant_id = any($2) and $3 > 0""",
    ),
    "inventory": (
        """
        insert into skus select $1, 'SKU-' || n, '零件', '件', 'REGULAR', 1, now()
        from generate_series(1, $3) n where cardinality($2) > 0""",
        """
        insert into locations (tenant_id, location_id, location_plant_id)
        select $1, gen_random_uuid(), plant from unnest($2) plant where $3 > 0""",
        """
        insert into stock (tenant_id, location_id, sku, plant_id, on_hand, version, updated_at)
        select l.tenant_id, l.location_id, s.sku, l.location_plant_id, 100, 1, now()
        from locations l join skus s on s.tenant_id = l.tenant_id
        where l.tenant_id = $1 and l.location_plant_id = any($2) and $3 > 0""",
    ),
    "routing": (
        """
        insert into decisions
        select $1, gen_random_uuid(), $2[1 + n % cardinality($2)], gen_random_uuid(), 'HY' || n,
               'TMALL', '浙江', '[]', '{"point": {"lon": 121, "lat": 29}, "method": "NEAREST",
               "plant_id": null, "unroutable": null, "areas": [], "distances": [],
               "max_distance_km": 500}', '[]', '[]', 'CURRENT', 'ASSIGNED', '[]', now(), now()
        from generate_series(1, $3) n""",
    ),
    "rma": (
        """
        insert into delivered_orders
        select $1, gen_random_uuid(), $2[1 + n % cardinality($2)], 'HY' || n, '{}', '[]', now()
        from generate_series(1, $3) n""",
        """
        insert into rmas (
          tenant_id, rma_id, plant_id, number, order_id, order_number, state, reason, reasons,
          inspected, decision_note, requested_by, requested_at, updated_at, version)
        select tenant_id, gen_random_uuid(), plant_id, 'RMA' || number, order_id, number,
               'APPROVED', '规格不符', '[]', '[]', '', 'sales',
               now() - row_number() over () * interval '40 s', now(), 1
        from delivered_orders where tenant_id = $1 and plant_id = any($2) and $3 > 0""",
    ),
}


@dataclass(frozen=True, slots=True)
class Size:
    """skus  at each plant's one location"""

    plants: int
    orders: int
    decisions: int
    rmas: int
    skus: int

    def of(self, service: str) -> int:
        return {
            "orders": self.orders,
            "inventory": self.skus,
            "routing": self.decisions,
            "rma": self.rmas,
        }[service]


@dataclass(frozen=True, slots=True)
class Ask:
    """Messages that `view` answers from `table` by one statement, asked by `who`."""

    name: str
    url: str
    table: str
    who: Caller
    view: Callable[[Any, Transaction], Awaitable[Any]]
    messages: Sequence[Any]


@asynccontextmanager
async def founded(databases: Databases, admin_url: str, size: Size) -> AsyncIterator[list[Ask]]:
    """A company of this size, and another of a tenth of it, in databases of their own."""
    tenant_id = TenantId(new_id())
    plants = [PlantId(new_id()) for _ in range(size.plants)]
    urls: dict[str, str] = {}
    admins: dict[str, asyncpg.Connection] = {}
    try:
        for service in SERVICES:
            say(f"rows of {service}")
            urls[service] = url = await databases.fresh(service)
            database = async_url(url).database
            admins[service] = admin = await asyncpg.connect(admin_url, database=database)
            for tenant, count in (
                (tenant_id, size.of(service)),
                (new_id(), size.of(service) // 10),
            ):
                theirs = plants if tenant == tenant_id else [new_id() for _ in plants]
                for fill in FILL[service]:
                    await admin.execute(_typed(fill), tenant, theirs, count)
            await admin.execute("vacuum analyze")
        yield await _asks(tenant_id, plants[0], urls, admins)
    finally:
        for admin in admins.values():
            await admin.close()


def _typed(fill: str) -> str:
    """The plants are an array wherever they stand."""
    return fill.replace("$1", "$1::uuid").replace("$2", "($2::uuid[])").replace("$3", "$3::int")


async def _asks(
    tenant_id: TenantId,
    plant_id: PlantId,
    urls: dict[str, str],
    admins: dict[str, asyncpg.Connection],
) -> list[Ask]:
    manager = caller(tenant_id, plants={plant_id: Role.PLANT_MANAGER})
    everyone = administrator(tenant_id)

    async def some(service: str, column: str, table: str) -> list[UUID]:
        rows = await admins[service].fetch(
            f"select {column} from {table} where tenant_id = $1 and plant_id = $2 "
            f"order by md5({column}::text) limit {A_PAGE * 2}",
            tenant_id,
            plant_id,
        )
        return [UUID(bytes=row[0].bytes) for row in rows]

    orders = [OrderId(each) for each in await some("orders", "id", "orders")]
    decided = [OrderId(each) for each in await some("routing", "order_id", "decisions")]
    place = LocationId((await some("inventory", "location_id", "stock"))[0])
    sought = [OrdersByIds(ids=(orders[n % len(orders)],)) for n in range(VARIANTS)]
    shelves = [
        StockByKeys(keys=tuple(StockKey(f"SKU-{n + k}", place) for k in range(1, 6)))
        for n in range(VARIANTS)
    ]
    decisions = [
        DecisionsByOrders(order_ids=tuple(decided[n : n + 10] or decided)) for n in range(VARIANTS)
    ]
    page = Page(first=A_PAGE)
    return [
        Ask("order_by_id", urls["orders"], "orders", manager, orders_by_ids, sought),
        Ask("order_by_id_tenant", urls["orders"], "orders", everyone, orders_by_ids, sought),
        Ask("order_page", urls["orders"], "orders", manager, list_orders, [ListOrders(page=page)]),
        Ask(
            "order_page_tenant",
            urls["orders"],
            "orders",
            everyone,
            list_orders,
            [ListOrders(page=page)],
        ),
        Ask("stock_by_keys", urls["inventory"], "stock", manager, stock_by_keys, shelves),
        Ask("stock_page", urls["inventory"], "stock", manager, list_stock, [ListStock(page=page)]),
        Ask(
            "decisions_by_orders",
            urls["routing"],
            "decisions",
            manager,
            decisions_by_orders,
            decisions,
        ),
        Ask("rma_page", urls["rma"], "rmas", manager, list_rmas, [ListRmas(page=page)]),
    ]
