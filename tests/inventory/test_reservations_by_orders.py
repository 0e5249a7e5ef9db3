from decimal import Decimal

import pytest
from hedgerow.auth import Permission, Role
from hedgerow.contracts.inventory import ReservationsByOrders, ReservationView
from hedgerow.contracts.values import OrderId, new_id
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.views.reservations import reservations_by_orders
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    NUT,
    SUZHOU,
    become,
    cancelled,
    reactor,
    receive,
    register,
    routed,
)
from worlds import NOON, caller, transaction


async def reserved(tx, *orders):
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    await receive(tx, HEFEI, (NUT, 100))
    await on_orders_routed(orders, tx)


async def test_reservations_are_answered_by_order_and_line(inventory_db):
    first, second, short = routed((BOLT, 10), (NUT, 5)), routed((BOLT, 1)), routed((BOLT, 999))
    async with transaction(inventory_db, reactor()) as tx:
        await reserved(tx, first, second, short)
        await on_orders_cancelled([cancelled(second.order_id)], tx)
        ids = (second.order_id, OrderId(new_id()), short.order_id, first.order_id)

        answer = await reservations_by_orders(ReservationsByOrders(order_ids=ids), tx)

        assert [[each.state for each in part] for part in answer] == [
            ["RELEASED"],
            [],
            [],
            ["HELD", "HELD"],
        ]
        assert answer[3][1] == ReservationView(
            order_id=first.order_id,
            line_no=2,
            sku=NUT,
            quantity=Decimal(5),
            location_id=HEFEI,
            plant_id=NINGBO,
            state="HELD",
            updated_at=NOON,
        )


@pytest.mark.parametrize(
    ("plant", "held", "seen"),
    [
        (NINGBO, Role.SALES, 2),
        (NINGBO, Role.SUPPORT, 2),
        (NINGBO, frozenset({Permission.PLANT_READ, Permission.STOCK_READ}), 2),
        (NINGBO, frozenset({Permission.PLANT_READ}), 0),
        (SUZHOU, Role.PLANT_MANAGER, 0),
    ],
)
async def test_they_are_seen_by_who_reads_orders_or_stock_of_the_orders_plant(
    inventory_db, plant, held, seen
):
    """Hefei is Suzhou's, but the order is Ningbo's."""
    boss, order = reactor(), routed((BOLT, 10), (NUT, 5))
    async with transaction(inventory_db, boss) as tx:
        await reserved(tx, order)
        await become(tx, caller(boss.tenant_id, plants={plant: held}))

        [part] = await reservations_by_orders(ReservationsByOrders(order_ids=(order.order_id,)), tx)

        assert len(part) == seen
