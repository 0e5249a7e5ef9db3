from decimal import Decimal

from hedgerow.contracts.inventory import StockReturned
from hedgerow.contracts.rma import DisposedLine, Disposition, RmaInspected, RmaState
from hedgerow.contracts.values import Line, LocationId, OrderId, RmaId, new_id
from hedgerow_inventory.handlers.on_rma_inspected import on_rma_inspected
from hedgerow_inventory.store.invariants import violations
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
    NUT,
    SUZHOU,
    counters,
    everything,
    reactor,
    receive,
    register,
    rows,
)
from worlds import NOON, transaction


def inspected(*parts, location_id=HANGZHOU, location_plant_id=NINGBO):
    return RmaInspected(
        rma_id=RmaId(new_id()),
        number="RMA20260329-1",
        order_id=OrderId(new_id()),
        plant_id=SUZHOU,
        state=RmaState.ACCEPTED,
        occurred_at=NOON,
        location_id=location_id,
        location_plant_id=location_plant_id,
        lines=tuple(
            DisposedLine(line_no=no, sku=sku, quantity=Decimal(quantity), disposition=fate)
            for no, sku, quantity, fate in parts
        ),
    )


async def test_each_disposition_has_its_effect(inventory_db):
    event = inspected(
        (1, BOLT, "4", Disposition.RESTOCKED),
        (1, BOLT, "3", Disposition.PROCESSING_REQUIRED),
        (1, BOLT, "2", Disposition.NOT_RESTOCKED),
        (1, BOLT, "1", Disposition.MISSING),
        (2, NUT, "5", Disposition.RESTOCKED),
    )
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT, NUT)
        await receive(tx, HANGZHOU, (BOLT, 100))
        tx.emitted.clear()

        await on_rma_inspected(event, tx)

        assert await counters(tx, HANGZHOU, BOLT) == (109, 0, 0, 3, 2)
        assert await counters(tx, HANGZHOU, NUT) == (5, 0, 0, 0, 0)
        entries = [e for e in await rows(tx, "stock_ledger") if e["kind"] == "RETURN"]
        assert [(e["sku"], e["on_hand"], e["reason"]) for e in entries] == [
            (BOLT, 4, "RESTOCKED"),
            (BOLT, 3, "PROCESSING_REQUIRED"),
            (BOLT, 2, "NOT_RESTOCKED"),
            (NUT, 5, "RESTOCKED"),
        ]
        assert {e["reference"] for e in entries} == {f"rma:{event.rma_id}"}
        *changes, returned = tx.emitted
        assert {(e.event.stock.sku, e.version, e.event.kind) for e in changes} == {
            (BOLT, 2, "RETURN"),
            (NUT, 1, "RETURN"),
        }
        assert returned.event == StockReturned(
            rma_id=event.rma_id,
            order_id=event.order_id,
            plant_id=NINGBO,
            lines=(Line(1, BOLT, Decimal(9)), Line(2, NUT, Decimal(5))),
        )
        assert returned.aggregate == f"return:{event.rma_id}"
        assert (returned.version, returned.plant_id) == (1, NINGBO)
        assert await violations(tx.conn) == []


async def test_a_return_is_booked_once(inventory_db):
    event = inspected((1, BOLT, "4", Disposition.RESTOCKED))
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        await on_rma_inspected(event, tx)
        after, emitted = await everything(tx), len(tx.emitted)

        await on_rma_inspected(event, tx)

        assert await everything(tx) == after
        assert len(tx.emitted) == emitted


async def test_goods_may_come_back_to_a_location_that_never_held_any(inventory_db):
    place = LocationId(new_id())
    event = inspected((1, BOLT, "4", Disposition.RESTOCKED), location_id=place)
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)

        await on_rma_inspected(event, tx)

        assert await counters(tx, place, BOLT) == (4, 0, 0, 0, 0)


async def test_the_location_keeps_its_plant_whatever_the_event_says(inventory_db):
    event = inspected((1, BOLT, "4", Disposition.RESTOCKED), location_plant_id=SUZHOU)
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        await receive(tx, HANGZHOU, (BOLT, 100))

        await on_rma_inspected(event, tx)

        assert await counters(tx, HANGZHOU, BOLT) == (104, 0, 0, 0, 0)
        assert tx.emitted[-1].plant_id == NINGBO


async def test_an_empty_parcel_moves_nothing_but_is_answered(inventory_db):
    event = inspected((1, BOLT, "4", Disposition.MISSING))
    async with transaction(inventory_db, reactor()) as tx:
        await register(tx, BOLT)
        tx.emitted.clear()

        await on_rma_inspected(event, tx)

        assert await rows(tx, "stock") == []
        [told] = tx.emitted
        assert told.event.lines == ()
