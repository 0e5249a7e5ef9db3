"""Messages of inventory."""

from __future__ import annotations

from decimal import Decimal

from contracts.guarded.asked import Stage, at_plant, somewhere, tenant_wide
from hedgerow.contracts.evidence import EvidenceWindow
from hedgerow.contracts.inventory import (
    AdjustStock,
    ListInventoryEvidence,
    ListLedger,
    ListSkus,
    ListStock,
    ReceiveStock,
    RecordSupply,
    RegisterSkus,
    ReservationsByOrders,
    SetSafetyLevel,
    SkuEntry,
    SkusByCodes,
    StockByKeys,
    StockKey,
    StockLine,
    VerifyInventoryEvidence,
)
from hedgerow.contracts.values import Page, SupplyId, new_id
from hedgerow.evidence import EvidenceWriter
from hedgerow.transaction import Transaction
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.record_supply import record_supply
from inventory.makers import BOLT, HANGZHOU, NINGBO, NUT, reactor, receive, register, routed
from worlds import NOON

PAGE = Page(first=10, total=True)
EVIDENCE = EvidenceWindow(size=10, total=True)


async def prepare(tx: Transaction) -> Stage:
    """A stocked location of the plant, an order that holds some of it, a purchase on its way."""
    await register(tx, BOLT, NUT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    order = routed((BOLT, 2), chain=(HANGZHOU,))
    await on_orders_routed([order], Transaction(tx.conn, reactor(tx.tenant_id), NOON))
    place = {"plant_id": NINGBO, "location_id": HANGZHOU}
    supply = {"sku": BOLT, "quantity": Decimal(5), "due_at": NOON, "reference": "PO-1"}
    on_its_way = SupplyId(new_id())
    await record_supply(RecordSupply(supply_id=on_its_way, **place, **supply), tx)
    await EvidenceWriter().write(tx)
    arrived = {"lines": (StockLine(BOLT, Decimal(5)),), "reference": "DN-2"}
    return Stage(
        NINGBO,
        [
            tenant_wide(RegisterSkus(skus=(SkuEntry(sku="WASHER", name="垫圈", unit="pcs"),))),
            at_plant(ReceiveStock(**place, **arrived)),
            at_plant(ReceiveStock(**place, **arrived, supply_id=on_its_way), "purchased"),
            at_plant(AdjustStock(**place, sku=BOLT, delta=Decimal(-1), reason="盘点")),
            at_plant(SetSafetyLevel(**place, sku=BOLT, level=Decimal(7))),
            at_plant(RecordSupply(supply_id=SupplyId(new_id()), **place, **supply)),
            at_plant(StockByKeys(keys=(StockKey(BOLT, HANGZHOU),))),
            at_plant(ListStock(page=PAGE)),
            at_plant(ListLedger(page=PAGE)),
            somewhere(ListSkus(page=PAGE)),
            somewhere(SkusByCodes(skus=(BOLT,))),
            at_plant(ReservationsByOrders(order_ids=(order.order_id,))),
            at_plant(ListInventoryEvidence(window=EVIDENCE)),
            at_plant(VerifyInventoryEvidence(streams=(f"stock:{HANGZHOU}:{BOLT}",))),
        ],
    )
