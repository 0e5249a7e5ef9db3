"""Two plants, a border between them that a draft moves, and orders on both sides."""

from datetime import timedelta
from decimal import Decimal

from hedgerow.auth import Caller
from hedgerow.contracts.inventory import SeenStock
from hedgerow.contracts.orders import Customer, OrderDelivered
from hedgerow.contracts.releases import (
    ListChangedOrders,
    SimulationsByIds,
)
from hedgerow.contracts.values import Page
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.views.simulations import list_changed_orders, simulations_by_ids
from routing.makers import (
    NINGBO,
    SUZHOU,
    box,
    found_area,
    found_location,
    found_plant,
    submitted,
)
from routing.release_makers import (
    fence_change,
    found_draft,
)
from sqlalchemy import text
from worlds import NOON

# Two areas that meet at 121.0 east; the draft moves the border to 120.8.
WEST = box(119.0, 29.0, 121.0, 32.0)
EAST = box(121.0, 29.0, 123.5, 32.0)
WEST_DRAFT = box(119.0, 29.0, 120.8, 32.0)
EAST_DRAFT = box(120.8, 29.0, 123.5, 32.0)


async def founded(tx):
    """Plants west and east of a border, each with an area and a store."""
    west = await found_plant(tx, "SUZHOU", SUZHOU)
    east = await found_plant(tx, "NINGBO", NINGBO)
    await found_area(tx, west.plant_id, WEST)
    await found_area(tx, east.plant_id, EAST)
    stores = [
        await found_location(tx, west.plant_id, "W-1"),
        await found_location(tx, east.plant_id, "E-1"),
    ]
    return west, east, stores


async def decided(tx, points, *, region="浙江", at=NOON - timedelta(hours=1)):
    """Orders to these points; what routing decided of them stands."""
    orders = [submitted(point, region=region) for point in points]
    service = Transaction(tx.conn, Caller.service("routing", tx.tenant_id), at)
    for start in range(0, len(orders), 500):
        await on_order_submitted(orders[start : start + 500], service)
    return orders


async def moved(tx, west, east):
    return await found_draft(
        tx,
        fence_change(west.plant_id, WEST_DRAFT),
        fence_change(east.plant_id, EAST_DRAFT),
    )


async def changed_of(tx, simulation):
    """All pages of it."""
    found, after = [], None
    while True:
        page = await list_changed_orders(
            ListChangedOrders(
                simulation_id=simulation.simulation_id, page=Page(first=100, after=after)
            ),
            tx,
        )
        found += page.orders
        if not page.has_next:
            return found
        after = page.cursors[-1]


def delivered(order, plant):
    return OrderDelivered(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=plant.plant_id,
        customer=Customer(code="C-1", name="客户"),
        lines=(),
        delivered_at=NOON,
        signer="李伟",
    )


def seen(order, location, available, level="0", *, plant):
    [line] = order.lines
    return SeenStock(
        line_no=1,
        sku=line.sku,
        location_id=location.location_id,
        requested=line.quantity,
        available=Decimal(available),
        safety_level=Decimal(level),
        passed=True,
        reason="",
        plant_id=plant.plant_id,
    )


async def latest(tx):
    [row] = (await tx.conn.execute(text("select simulation_id from simulation_runs"))).all()
    [view] = await simulations_by_ids(SimulationsByIds(ids=(row.simulation_id,)), tx)
    return view
