"""Stock that is free, held and locked, and what arrives."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from contracts.evident.step import Part, Step
from hedgerow.contracts.inventory import (
    AdjustStock,
    ReceiveStock,
    RegisterSkus,
    SetSafetyLevel,
    SkuEntry,
    StockLine,
)
from hedgerow.contracts.releases import ReleasePublished
from hedgerow.contracts.rma import Disposition
from hedgerow.contracts.values import LocationId, OrderId, ReleaseId, new_id
from hedgerow.transaction import Transaction
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.record_supply import record_supply
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
    NUT,
    cancelled,
    delivered,
    kit_lock_requested,
    receive,
    register,
    routed,
)
from inventory.test_on_rma_inspected import inspected
from inventory.test_record_supply import supply
from worlds import NOON


async def prepare(tx: Transaction) -> Sequence[Step]:
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    order, tight, poor = routed((BOLT, 10)), routed((BOLT, 88)), routed((BOLT, 500))
    await on_orders_routed([order, tight, poor], tx)
    coming = supply()
    await record_supply(coming, tx)
    place = {"plant_id": NINGBO, "location_id": HANGZHOU}
    elsewhere = {"plant_id": NINGBO, "location_id": LocationId(new_id())}
    goods = (StockLine(BOLT, Decimal(5)), StockLine(BOLT, Decimal(1)), StockLine(NUT, Decimal(2)))
    arrival = ReceiveStock(**place, lines=goods, reference="DN-2", supply_id=coming.supply_id)
    renamed = SkuEntry(sku=BOLT, name="螺栓", unit="pcs")
    returned = (1, BOLT, "4", Disposition.RESTOCKED)
    return [
        Step(RegisterSkus(skus=(renamed, SkuEntry(sku="WASHER", name="垫圈", unit="pcs")))),
        Step(arrival),
        Step(ReceiveStock(**elsewhere, lines=goods, reference="DN-3")),
        Step(AdjustStock(**place, sku=BOLT, delta=Decimal(-1), reason="盘点")),
        Step(SetSafetyLevel(**place, sku=BOLT, level=Decimal(7))),
        Step(SetSafetyLevel(**place, sku=BOLT, level=Decimal(700), clear_percent=Decimal(15))),
        Step(supply(**elsewhere)),
        Step(routed((BOLT, 1), (BOLT, 1))),
        Step(routed((BOLT, 500))),
        Step(cancelled(order.order_id)),
        Step(cancelled(poor.order_id)),
        Step(cancelled(OrderId(new_id()), None)),
        Step(kit_lock_requested(order)),
        Step(kit_lock_requested(tight)),
        Step(delivered(order)),
        Step(
            ReleasePublished(
                release_id=ReleaseId(new_id()),
                number=1,
                keys=(f"SAFETY:{HANGZHOU}:{BOLT}",),
                published_at=NOON,
                safety=(SetSafetyLevel(**place, sku=BOLT, level=Decimal(9)),),
            )
        ),
        Step(inspected(returned, location_id=elsewhere["location_id"])),
    ]


PART = Part(
    prepare,
    aggregates={
        "skus": "sku",
        "locations": "location_plant",
        "stock": "stock",
        "stock_ledger": "stock",
        "reservation_sets": "reservation",
        "reservations": "reservation",
        "supplies": "supply",
        "returns": "return",
    },
    no_aggregate={},
)
