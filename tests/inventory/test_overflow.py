"""A location of level 80 that clears at +15 %, that is at 92: what trips it, what clears it, who is
told, and that the orders between 80 and 92 go elsewhere."""

from datetime import timedelta
from decimal import Decimal

from chains import chain, keep
from hedgerow.auth import Role
from hedgerow.contracts.inventory import (
    AdjustStock,
    ListStock,
    OverflowState,
    OverflowView,
    StockByKeys,
    StockKey,
    StockReserved,
    StockWhere,
)
from hedgerow.contracts.overflow import OverflowCleared, OverflowEvent, OverflowTripped
from hedgerow.contracts.rma import Disposition
from hedgerow.contracts.values import Page
from hedgerow.outbox.write import Writer
from hedgerow_inventory.handlers.adjust_stock import adjust_stock
from hedgerow_inventory.handlers.on_kit_lock_requested import on_kit_locks_requested
from hedgerow_inventory.handlers.on_order_cancelled import on_orders_cancelled
from hedgerow_inventory.handlers.on_order_delivered import on_orders_delivered
from hedgerow_inventory.handlers.on_order_routed import on_orders_routed
from hedgerow_inventory.handlers.on_rma_inspected import on_rma_inspected
from hedgerow_inventory.store.invariants import violations
from hedgerow_inventory.store.tables import messages
from hedgerow_inventory.views.stock import list_stock, stock_by_keys
from inventory.makers import (
    BOLT,
    HANGZHOU,
    HEFEI,
    NINGBO,
    NUT,
    SUZHOU,
    become,
    cancelled,
    delivered,
    kit_lock_requested,
    protect,
    reactor,
    receive,
    register,
    routed,
    rows,
    statements,
)
from inventory.test_on_rma_inspected import inspected
from worlds import NOON, administrator, caller, transaction

LATER = NOON + timedelta(hours=1)
TRIPPED, CLEAR = OverflowState.TRIPPED, OverflowState.CLEAR


async def guarded(tx, quantity=100, *skus):
    """杭州仓 with the level and the band, 合肥云仓 with plenty."""
    await register(tx, BOLT, *skus)
    for sku in (BOLT, *skus):
        await receive(tx, HEFEI, (sku, 1000))
        await receive(tx, HANGZHOU, (sku, quantity))
        await protect(tx, HANGZHOU, sku, 80, 15)
    await keep(tx)
    tx.emitted.clear()
    tx.now = LATER


def turns(tx):
    """What was announced of overflow: tripped or not, available, kind and cause."""
    return [
        (type(e.event) is OverflowTripped, int(e.event.available), e.event.kind, e.event.because)
        for e in tx.emitted
        if isinstance(e.event, OverflowEvent)
    ]


async def adjust(tx, delta, reason="盘点"):
    command = AdjustStock(
        plant_id=NINGBO, location_id=HANGZHOU, sku=BOLT, delta=Decimal(delta), reason=reason
    )
    return await adjust_stock(command, tx)


async def route(tx, *quantities, **options):
    """One batch of orders for bolts, and where each went, with the reason at 杭州仓."""
    orders = [routed((BOLT, each), **options) for each in quantities]
    await on_orders_routed(orders, tx)
    answers = {e.event.order_id: e.event for e in tx.emitted if isinstance(e.event, StockReserved)}
    went = [answers[each.order_id] for each in orders]
    return orders, [(each.plan[0].location_id, each.seen[0].reason) for each in went]


async def overflow_at(tx, location_id=HANGZHOU):
    [view] = await stock_by_keys(StockByKeys(keys=(StockKey(BOLT, location_id),)), tx)
    return view.overflow


async def test_it_trips_below_the_level_and_serves_again_at_the_clear_level(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx)

        orders, went = await route(tx, 10, 10, 10, 10)
        assert went == [(HANGZHOU, "")] * 3 + [(HEFEI, "BELOW_SAFETY")]
        third = f"order:{orders[2].order_id}"
        assert turns(tx) == [(True, 70, "RESERVATION", third)]
        assert await overflow_at(tx) == OverflowView(
            state=TRIPPED,
            clear_level=Decimal(92),
            tripped_at=LATER,
            kind="RESERVATION",
            because=third,
        )

        await receive(tx, HANGZHOU, (BOLT, "21.99"))  # 91.99
        _, went = await route(tx, 5)
        assert went == [(HEFEI, "OVERFLOWING")]
        seen = tx.emitted[-1].event.seen[0]
        assert (seen.requested, seen.available, seen.safety_level) == (5, Decimal("91.99"), 80)
        assert (seen.passed, seen.tripped, seen.clear_level) == (False, True, 92)
        assert len(turns(tx)) == 1

        await receive(tx, HANGZHOU, (BOLT, "0.01"))  # 92
        assert turns(tx)[1:] == [(False, 92, "RECEIPT", "DN-1")]
        assert await overflow_at(tx) == OverflowView(
            state=CLEAR, clear_level=Decimal(92), tripped_at=None, kind=None, because=None
        )
        _, went = await route(tx, 5)
        assert went == [(HANGZHOU, "")]
        assert len(turns(tx)) == 2
        assert await violations(tx.conn) == []


async def test_without_a_percentage_it_clears_where_it_trips(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx)
        await protect(tx, HANGZHOU, BOLT, 80, 0)

        _, first = await route(tx, 21)
        await receive(tx, HANGZHOU, (BOLT, 1))
        _, second = await route(tx, 1, 1)

        assert first == [(HANGZHOU, "")]
        assert second == [(HANGZHOU, ""), (HEFEI, "BELOW_SAFETY")]
        assert [turn[:2] for turn in turns(tx)] == [(True, 79), (False, 80), (True, 79)]


async def test_the_events_are_those_of_the_stock_item_in_order_and_without_a_gap(inventory_db):
    async with transaction(inventory_db, administrator()) as tx:
        await guarded(tx)  # two events: its receipt, its level
        await adjust(tx, -21)
        await adjust(tx, -1)
        await receive(tx, HANGZHOU, (BOLT, 14))

        told = [(type(e.event).__name__, e.version) for e in tx.emitted]
        assert told == [
            ("StockChanged", 3),
            ("OverflowTripped", 4),
            ("StockChanged", 5),
            ("StockChanged", 6),
            ("OverflowCleared", 7),
        ]
        assert {(e.aggregate, e.plant_id) for e in tx.emitted} == {
            (f"stock:{HANGZHOU}:{BOLT}", NINGBO)
        }
        assert tx.emitted[1].event == OverflowTripped(
            sku=BOLT,
            location_id=HANGZHOU,
            plant_id=NINGBO,
            available=Decimal(79),
            safety_level=Decimal(80),
            clear_percent=Decimal(15),
            clear_level=Decimal(92),
            kind="ADJUSTMENT",
            because="盘点",
            occurred_at=LATER,
        )
        assert tx.emitted[0].event.stock.overflow.state is TRIPPED
        assert [row["version"] for row in await rows(tx, "stock") if row["plant_id"] == NINGBO] == [
            7
        ]
        await Writer(messages.outbox).write(tx)
        assert [row["follows"] for row in await rows(tx, "outbox")][-1] == (
            "overflow_tripped:4,stock_changed:6"
        )


async def test_evidence_says_what_tripped_it_with_the_numbers(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx)
        orders, _ = await route(tx, 15, 15)
        await keep(tx)
        await receive(tx, HANGZHOU, (BOLT, 40))
        await keep(tx)

        *_, tripped, cleared = await chain(tx, f"stock:{HANGZHOU}:{BOLT}")

    assert (tripped.action, cleared.action) == ("reservation", "receipt")
    assert tripped.changes == {
        "reserved": ("0", "30"),
        "overflow": ("CLEAR", "TRIPPED"),
        "available": (None, "70"),
        "clear_level": (None, "92"),
        "references": (None, [f"order:{each.order_id}" for each in orders]),
    }
    assert cleared.changes == {
        "on_hand": ("100", "140"),
        "overflow": ("TRIPPED", "CLEAR"),
        "available": (None, "110"),
        "clear_level": (None, "92"),
        "references": (None, ["DN-1"]),
    }


async def test_every_kind_of_movement_is_weighed(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx)
        [order], _ = await route(tx, 25)  # 75
        reference = f"order:{order.order_id}"
        tripped = (True, 75, "RESERVATION", reference)
        assert turns(tx) == [tripped]

        await on_orders_cancelled([cancelled(order.order_id)], tx)  # 100
        cleared = (False, 100, "RELEASE", reference)
        assert turns(tx) == [tripped, cleared]

        tx.emitted.clear()
        [order], _ = await route(tx, 25)
        await on_kit_locks_requested([kit_lock_requested(order)], tx)
        await on_orders_delivered([delivered(order)], tx)  # still 75: what left was promised
        assert [turn[:3] for turn in turns(tx)] == [(True, 75, "RESERVATION")]

        tx.emitted.clear()
        event = inspected(
            (1, BOLT, "20", Disposition.NOT_RESTOCKED), (1, BOLT, "16", Disposition.RESTOCKED)
        )
        await on_rma_inspected(event, tx)  # 91
        assert turns(tx) == []
        event = inspected((1, BOLT, "1", Disposition.RESTOCKED))
        await on_rma_inspected(event, tx)  # 92
        assert turns(tx) == [(False, 92, "RETURN", f"rma:{event.rma_id}")]

        tx.emitted.clear()
        await adjust(tx, -13, "盘亏")  # 79
        await adjust(tx, 12, "盘盈")  # 91
        await protect(tx, HANGZHOU, BOLT, 80, 10)  # clears at 88
        await protect(tx, HANGZHOU, BOLT, 92)  # clears at 101.2
        await protect(tx, HANGZHOU, BOLT, 0)
        assert turns(tx) == [
            (True, 79, "ADJUSTMENT", "盘亏"),
            (False, 91, "SAFETY_LEVEL", "80 -> 80, +15 % -> +10 %"),
            (True, 91, "SAFETY_LEVEL", "80 -> 92"),
            (False, 91, "SAFETY_LEVEL", "92 -> 0"),
        ]
        assert await violations(tx.conn) == []


async def test_64_orders_in_one_batch_trip_each_item_once_for_one_statement_more(inventory_db):
    """The one more looks the earlier events of the items up, as for any event after the first."""
    outbox = Writer(messages.outbox)
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx, 200, NUT)
        with statements(inventory_db) as quiet:
            await on_orders_routed([routed((BOLT, 1), (NUT, 1)) for _ in range(64)], tx)
            await outbox.write(tx)
        assert turns(tx) == []
        tx.emitted.clear()

        orders = [routed((BOLT, 1), (NUT, 1)) for _ in range(64)]  # from 136 to 79, then elsewhere
        with statements(inventory_db) as tripping:
            await on_orders_routed(orders, tx)
            await outbox.write(tx)

        assert (len(quiet), len(tripping)) == (6, 7)
        last = f"order:{orders[56].order_id}"
        assert turns(tx) == [(True, 79, "RESERVATION", last)] * 2
        told = [e for e in tx.emitted if isinstance(e.event, OverflowTripped)]
        assert {e.event.sku for e in told} == {BOLT, NUT}
        assert [e.because for e in told] == [orders[56]] * 2
        at = [e.event.plan[0].location_id for e in tx.emitted if isinstance(e.event, StockReserved)]
        assert (at.count(HANGZHOU), at.count(HEFEI)) == (57, 7)
        assert await violations(tx.conn) == []


async def test_what_is_tripped_is_listed_to_those_who_may_read_its_stock(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx, 100, NUT)
        await route(tx, 21)

        async def listed(**where):
            query = ListStock(where=StockWhere(**where), page=Page(first=10))
            return [(each.sku, each.location_id) for each in (await list_stock(query, tx)).items]

        here, elsewhere = [(BOLT, HANGZHOU)], {(BOLT, HEFEI), (NUT, HANGZHOU), (NUT, HEFEI)}
        assert await listed(tripped=True) == here
        assert await listed(tripped=True, plant_ids=(NINGBO,)) == here
        assert await listed(tripped=True, plant_ids=(SUZHOU,)) == []
        assert set(await listed(tripped=False)) == elsewhere
        await receive(tx, HANGZHOU, (BOLT, 12))  # 91: above the level, and still tripped
        assert await listed(tripped=True, below_safety=False) == here

        await become(tx, caller(tx.tenant_id, plants={NINGBO: Role.WAREHOUSE_LEAD}))
        assert await listed(tripped=True) == here
        await become(tx, caller(tx.tenant_id, plants={SUZHOU: Role.PLANT_MANAGER}))
        assert await listed(tripped=True) == []
        assert await stock_by_keys(StockByKeys(keys=(StockKey(BOLT, HANGZHOU),)), tx) == (None,)


async def test_what_is_cleared_and_was_never_tripped_says_the_same(inventory_db):
    async with transaction(inventory_db, reactor()) as tx:
        await guarded(tx)
        before = await overflow_at(tx)

        await adjust(tx, -50)
        await adjust(tx, 50)

        assert await overflow_at(tx) == before
        assert [turn[0] for turn in turns(tx)] == [True, False]
        assert {type(e.event) for e in tx.emitted} >= {OverflowTripped, OverflowCleared}
