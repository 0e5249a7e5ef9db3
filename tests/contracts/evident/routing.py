"""A plant with its fences and rules, and orders that were decided on."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.evident.step import Part, Step
from hedgerow.auth import Caller
from hedgerow.contracts.inventory import StockReserved, StockShort
from hedgerow.contracts.orders import OrderCancelled
from hedgerow.contracts.routing import DecisionsByOrders, SetRoutingLimits
from hedgerow.contracts.values import Basis
from hedgerow.transaction import Transaction
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.views.decisions import decisions_by_orders
from routing.makers import (
    NINGBO,
    around,
    found_location,
    found_plant,
    found_rule,
    new_location,
    new_plant,
    rule,
    service_area,
    submitted,
)
from worlds import NOON


async def prepare(tx: Transaction) -> Sequence[Step]:
    plant = await found_plant(tx, "NINGBO", NINGBO, around(NINGBO))
    store = await found_location(tx, plant.plant_id, "NB-1")
    await found_rule(tx, rule("EAST", store.location_id))
    order = submitted(NINGBO)
    await on_order_submitted(
        [order], Transaction(tx.conn, Caller.service("routing", tx.tenant_id), NOON)
    )
    [decision] = await decisions_by_orders(DecisionsByOrders(order_ids=(order.order_id,)), tx)
    about = {
        "order_id": order.order_id,
        "plant_id": plant.plant_id,
        "decision_id": decision.decision_id,
        "seen": (),
    }
    cancelled = OrderCancelled(
        order_id=order.order_id,
        number=order.number,
        occurred_at=NOON,
        plant_id=None,
        basis=Basis("LETTER", "2026-17"),
    )
    return [
        Step(new_plant("SUZHOU")),
        Step(new_location(plant.plant_id, "NB-2")),
        Step(service_area(plant.plant_id, around(NINGBO, 0.4))),
        Step(rule("EAST", store.location_id, name="second")),
        Step(SetRoutingLimits(max_distance_km=321.0)),
        Step(submitted(NINGBO)),
        Step(cancelled),
        Step(StockReserved(plan=(), **about)),
        Step(StockShort(missing=(), **about)),
    ]


PART = Part(
    prepare,
    aggregates={
        "plants": "plant",
        "locations": "location",
        "fences": "fence",
        "overflow_rules": "rule",
        "routing_limits": "limits",
        "decisions": "decision",
    },
    no_aggregate={},
)
