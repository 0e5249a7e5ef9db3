"""Calls of the stores of inventory."""

from __future__ import annotations

from decimal import Decimal

from contracts.grants.write import Write, Writes
from hedgerow.auth import Permission, TenantGrant
from hedgerow.contracts.inventory import ItemClass, LedgerKind, StockKey, SupplyView
from hedgerow.contracts.rma import DisposedLine, Disposition, RmaInspected, RmaState
from hedgerow.contracts.values import LocationId, OrderId, RmaId, SupplyId, new_id
from hedgerow.transaction import Transaction
from hedgerow_inventory.domain.reservation import ReservationSet, SetState
from hedgerow_inventory.domain.sku import Sku
from hedgerow_inventory.store.locations import LocationStore
from hedgerow_inventory.store.reservations import ReservationStore
from hedgerow_inventory.store.returns import ReturnStore
from hedgerow_inventory.store.skus import SkuStore
from hedgerow_inventory.store.stock import StockStore
from hedgerow_inventory.store.supplies import SupplyStore
from inventory.makers import BOLT, HANGZHOU, NINGBO, cancelled, receive, register, routed
from worlds import NOON

writes = Writes("inventory")
NAMING = (
    Permission.STOCK_RECEIVE,
    Permission.STOCK_ADJUST,
    Permission.SAFETY_SET,
    Permission.SUPPLY_RECORD,
    Permission.RMA_INSPECT,
)


@writes.of("LocationStore.claim")
async def _(tx: Transaction) -> Write:
    place = LocationId(new_id())
    return Write(lambda grant: LocationStore(tx).claim(grant, place, NINGBO), NAMING, at=NINGBO)


@writes.of("LocationStore.claim_own")
async def _(tx: Transaction) -> Write:
    place = LocationId(new_id())
    return Write(lambda grant: LocationStore(tx).claim_own(grant, place, NINGBO), NAMING, at=NINGBO)


@writes.of("ReservationStore.claim")
async def _(tx: Transaction) -> Write:
    sets = [ReservationSet.of(routed((BOLT, 2)))]
    return Write(
        lambda grant: ReservationStore(tx).claim(grant, sets),
        (Permission.ORDER_SUBMIT,),
        at=NINGBO,
    )


@writes.of("ReservationStore.bury")
async def _(tx: Transaction) -> Write:
    events = [cancelled(OrderId(new_id()))]
    return Write(
        lambda grant: ReservationStore(tx).bury(grant, events),
        (Permission.ORDER_CANCEL,),
        at=NINGBO,
    )


async def _short(tx: Transaction) -> ReservationSet:
    """The set of an order that found no stock, claimed in this transaction."""
    store = ReservationStore(tx)
    grant: TenantGrant = tx.caller.grant_tenant(Permission.ORDER_SUBMIT)
    [claimed] = await store.claim(grant, [ReservationSet.of(routed((BOLT, 2)))])
    claimed.state = SetState.SHORT
    return claimed


@writes.of("ReservationStore.settle")
async def _(tx: Transaction) -> Write:
    short = await _short(tx)
    return Write(
        lambda grant: ReservationStore(tx).settle(grant, [short]),
        (Permission.ORDER_SUBMIT,),
        at=NINGBO,
    )


@writes.of("ReservationStore.save")
async def _(tx: Transaction) -> Write:
    store, short = ReservationStore(tx), await _short(tx)
    await store.settle(tx.caller.grant_tenant(Permission.ORDER_SUBMIT), [short])
    locked = (await store.lock([short.order_id]))[short.order_id]
    locked.cancel({})
    return Write(
        lambda grant: store.save(grant, [locked], {}),
        (Permission.ORDER_CANCEL,),
        at=NINGBO,
    )


@writes.of("ReturnStore.book")
async def _(tx: Transaction) -> Write:
    event = RmaInspected(
        rma_id=RmaId(new_id()),
        number="RMA20260329-0001",
        order_id=OrderId(new_id()),
        plant_id=NINGBO,
        state=RmaState.ACCEPTED,
        occurred_at=NOON,
        location_id=HANGZHOU,
        location_plant_id=NINGBO,
        lines=(
            DisposedLine(
                line_no=1, sku=BOLT, quantity=Decimal(1), disposition=Disposition.RESTOCKED
            ),
        ),
    )
    return Write(
        lambda grant: ReturnStore(tx).book(grant, event, NINGBO),
        (Permission.RMA_INSPECT,),
        at=NINGBO,
    )


@writes.of("SkuStore.register")
async def _(tx: Transaction) -> Write:
    sku = Sku(BOLT, "螺栓", "pcs", ItemClass.REGULAR)
    return Write(
        lambda grant: SkuStore(tx).register(grant, [sku]),
        (Permission.SKU_REGISTER,),
        everywhere=True,
    )


@writes.of("StockStore.open")
async def _(tx: Transaction) -> Write:
    await register(tx, BOLT, "NUT-M8")
    await receive(tx, HANGZHOU, (BOLT, 10))
    return Write(
        lambda grant: StockStore(tx).open(
            grant, HANGZHOU, NINGBO, ["NUT-M8"], LedgerKind.ADJUSTMENT
        ),
        (Permission.STOCK_ADJUST,),
        at=NINGBO,
    )


@writes.of("StockStore.book")
async def _(tx: Transaction) -> Write:
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, 10))
    key, store = StockKey(BOLT, HANGZHOU), StockStore(tx)
    item = (await store.lock([key]))[key]
    moved = item.receive(Decimal(5), "DN-2")
    return Write(
        lambda grant: store.book(grant, LedgerKind.RECEIPT, [moved], announced=[item]),
        (Permission.STOCK_RECEIVE,),
        at=NINGBO,
    )


@writes.of("StockStore.set_safety_level")
async def _(tx: Transaction) -> Write:
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, 10))
    key = StockKey(BOLT, HANGZHOU)
    item = (await StockStore(tx).lock([key]))[key]
    item.set_safety_level(Decimal(3))
    return Write(
        lambda grant: StockStore(tx).set_safety_level(grant, item),
        (Permission.SAFETY_SET,),
        at=NINGBO,
    )


async def _supply(tx: Transaction) -> SupplyView:
    """A purchase of a SKU and for a location that are known."""
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, 10))
    return SupplyView(
        supply_id=SupplyId(new_id()),
        plant_id=NINGBO,
        location_id=HANGZHOU,
        sku=BOLT,
        quantity=Decimal(5),
        due_at=NOON,
        reference="PO-1",
        received_at=None,
    )


@writes.of("SupplyStore.add")
async def _(tx: Transaction) -> Write:
    supply = await _supply(tx)
    return Write(
        lambda grant: SupplyStore(tx).add(grant, supply), (Permission.SUPPLY_RECORD,), at=NINGBO
    )


@writes.of("SupplyStore.save_received")
async def _(tx: Transaction) -> Write:
    view = await _supply(tx)
    store = SupplyStore(tx)
    await store.add(tx.caller.grant(NINGBO, Permission.SUPPLY_RECORD), view)
    supply = await store.lock(view.supply_id)
    supply.receive(HANGZHOU, [BOLT], NOON)
    return Write(
        lambda grant: store.save_received(grant, supply), (Permission.STOCK_RECEIVE,), at=NINGBO
    )
