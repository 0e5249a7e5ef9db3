import pytest
from hedgerow.auth import NotPermitted, Permission, Role
from hedgerow.contracts.rma import (
    DisposedLine,
    Disposition,
    InspectReturn,
    RmaInspected,
    RmasByIds,
    RmaState,
)
from hedgerow.contracts.values import RmaId, new_id
from hedgerow.errors import Invalid, PlantForbidden
from hedgerow_rma.domain.rma import WrongState
from hedgerow_rma.handlers.inspect_return import inspect_return
from hedgerow_rma.views.rmas import rmas_by_ids
from rma.makers import (
    HEFEI,
    NINGBO,
    SUZHOU,
    Decimal,
    become,
    deliver,
    delivered_line,
    fate,
    inspected,
    order_delivered,
    received,
    requested,
    staff,
    stored,
)
from worlds import NOON, administrator, transaction


async def arrived(tx):
    """Three of line 1 and two of line 2, at Hefei."""
    order = order_delivered(delivered_line(1), delivered_line(2))
    await deliver(tx, order)
    rma = await requested(tx, order, {1: "3", 2: "2"})
    return await received(tx, rma, HEFEI, SUZHOU)


async def test_accepted_goods_are_announced_with_the_fate_of_every_unit(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await arrived(tx)
        inspector = await become(tx, staff(tx, ningbo=Role.QUALITY))
        parts = (
            fate(1, "2", Disposition.RESTOCKED),
            fate(1, "1", Disposition.MISSING),
            fate(2, "2", Disposition.PROCESSING_REQUIRED),
        )

        view = await inspected(inspector, rma, *parts)

        assert (view.state, view.inspected, view.version) == (RmaState.ACCEPTED, parts, 3)
        (emission,) = inspector.emitted
        assert emission.event == RmaInspected(
            rma_id=rma.rma_id,
            number=rma.number,
            order_id=rma.order_id,
            plant_id=NINGBO,
            state=RmaState.ACCEPTED,
            occurred_at=NOON,
            location_id=HEFEI,
            location_plant_id=SUZHOU,
            lines=tuple(
                DisposedLine(
                    line_no=part.line_no,
                    sku=f"SKU-{part.line_no}",
                    quantity=part.quantity,
                    disposition=part.disposition,
                )
                for part in parts
            ),
        )
        assert (emission.version, emission.plant_id) == (3, NINGBO)
        assert await rmas_by_ids(RmasByIds(ids=(rma.rma_id,)), tx) == (view,)


async def test_refused_goods_change_no_stock(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await arrived(tx)

        view = await inspected(tx, rma, accept=False)

        assert (view.state, view.inspected) == (RmaState.REFUSED, ())
        event = tx.emitted[-1].event
        assert (event.state, event.lines) == (RmaState.REFUSED, ())


@pytest.mark.parametrize(
    ("accept", "parts", "code"),
    [
        (True, (), "INSPECTION_INCOMPLETE"),
        (True, (fate(1, "3", Disposition.RESTOCKED),), "INSPECTION_INCOMPLETE"),
        (True, (fate(9, "3", Disposition.RESTOCKED),), "RETURN_LINE_UNKNOWN"),
        (True, (fate(1, "-3", Disposition.RESTOCKED),), "QUANTITY_INVALID"),
        (False, (fate(1, "3", Disposition.MISSING),), "INSPECTION_LINES_NOT_ALLOWED"),
    ],
)
async def test_an_inspection_that_does_not_add_up_changes_nothing(rma_db, accept, parts, code):
    async with transaction(rma_db, administrator()) as tx:
        rma = await arrived(tx)
        before, events = await stored(tx), len(tx.emitted)

        with pytest.raises(Invalid) as refused:
            await inspected(tx, rma, *parts, accept=accept)

        assert refused.value.code == code
        assert await stored(tx) == before
        assert len(tx.emitted) == events


async def test_goods_are_inspected_once(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await inspected(tx, await arrived(tx), accept=False)
        before, events = await stored(tx), len(tx.emitted)

        with pytest.raises(WrongState, match="is REFUSED; it must be RECEIVED"):
            await inspected(tx, rma, accept=False)

        assert await stored(tx) == before
        assert len(tx.emitted) == events


async def test_the_warehouse_receives_but_does_not_judge(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await arrived(tx)
        before = await stored(tx)
        lead = await become(tx, staff(tx, ningbo=Role.WAREHOUSE_LEAD))

        with pytest.raises(NotPermitted, match=Permission.RMA_INSPECT):
            await inspected(lead, rma, accept=False)

        assert await stored(tx) == before
        assert lead.emitted == []


async def test_the_plant_where_the_goods_lie_does_not_see_a_foreign_return(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await arrived(tx)
        inspector = await become(tx, staff(tx, suzhou=Role.QUALITY))
        for rma_id in (rma.rma_id, RmaId(new_id())):
            with pytest.raises(PlantForbidden) as refused:
                await inspect_return(
                    InspectReturn(rma_id=rma_id, accept=False, lines=()), inspector
                )
            assert refused.value.field == "rma_id"

        assert inspector.emitted == []
        assert Decimal(3) == rma.lines[0].quantity
