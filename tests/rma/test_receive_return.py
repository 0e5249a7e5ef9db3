import pytest
from hedgerow.auth import NotPermitted, Permission, Role
from hedgerow.contracts.rma import RmaReceived, RmaState
from hedgerow.errors import PlantForbidden
from hedgerow_rma.domain.rma import WrongState
from rma.makers import (
    HEFEI,
    NINGBO,
    NINGBO_STORE,
    SUZHOU,
    become,
    deliver,
    delivered_line,
    order_delivered,
    received,
    requested,
    staff,
    stored,
)
from worlds import NOON, administrator, transaction


async def approved(tx):
    order = order_delivered()
    await deliver(tx, order)
    return await requested(tx, order)


async def test_an_approved_return_is_received_where_it_arrived(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await approved(tx)
        lead = await become(tx, staff(tx, ningbo=Role.WAREHOUSE_LEAD))

        view = await received(lead, rma)

        assert (view.state, view.location_id, view.version) == (RmaState.RECEIVED, NINGBO_STORE, 2)
        (emission,) = lead.emitted
        assert emission.event == RmaReceived(
            rma_id=rma.rma_id,
            number=rma.number,
            order_id=rma.order_id,
            plant_id=NINGBO,
            state=RmaState.RECEIVED,
            occurred_at=NOON,
            location_id=NINGBO_STORE,
        )
        assert emission.plant_id == NINGBO


async def test_another_plant_takes_it_in_when_the_caller_may_do_so_there(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await approved(tx)
        lead = staff(tx, ningbo=Role.SALES, suzhou=Role.WAREHOUSE_LEAD)

        view = await received(await become(tx, lead), rma, HEFEI, SUZHOU)

        assert (view.state, view.location_id, view.plant_id) == (RmaState.RECEIVED, HEFEI, NINGBO)


async def test_the_right_is_that_of_the_place_not_of_the_order(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await approved(tx)
        before = await stored(tx)
        lead = await become(tx, staff(tx, ningbo=Role.WAREHOUSE_LEAD, suzhou=Role.SALES))

        with pytest.raises(NotPermitted, match=Permission.RMA_RECEIVE):
            await received(lead, rma, HEFEI, SUZHOU)

        assert await stored(tx) == before
        assert lead.emitted == []


async def test_a_place_the_caller_cannot_see_does_not_exist(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await approved(tx)
        before = await stored(tx)
        lead = await become(tx, staff(tx, ningbo=Role.WAREHOUSE_LEAD))

        with pytest.raises(PlantForbidden) as refused:
            await received(lead, rma, HEFEI, SUZHOU)

        assert refused.value.field == "location_id"
        assert await stored(tx) == before
        assert lead.emitted == []


async def test_a_return_the_caller_cannot_see_does_not_exist(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await approved(tx)
        lead = await become(tx, staff(tx, suzhou=Role.WAREHOUSE_LEAD))

        with pytest.raises(PlantForbidden) as refused:
            await received(lead, rma, HEFEI, SUZHOU)

        assert refused.value.field == "rma_id"
        assert lead.emitted == []


async def test_goods_that_may_not_come_back_are_not_received(rma_db):
    order = order_delivered(delivered_line(1, custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        before, events = await stored(tx), len(tx.emitted)

        with pytest.raises(WrongState, match="is REVIEW; it must be APPROVED"):
            await received(tx, rma)

        assert await stored(tx) == before
        assert len(tx.emitted) == events
