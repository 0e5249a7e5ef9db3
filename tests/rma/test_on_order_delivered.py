from datetime import timedelta

import pytest
from hedgerow.auth import Permission, Role, WrongGrant
from hedgerow.errors import PlantForbidden
from hedgerow_rma.domain.delivered_order import DeliveredOrder
from hedgerow_rma.store.delivered_orders import DeliveredOrderStore
from rma.makers import NINGBO, SUZHOU, become, deliver, delivered_line, order_delivered, staff
from worlds import NOON, administrator, transaction


async def test_a_delivered_order_is_remembered_with_what_was_in_it(rma_db):
    event = order_delivered(delivered_line(1, "2.50"), delivered_line(2, custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, event)

        assert await DeliveredOrderStore(tx).get(event.order_id) == DeliveredOrder(
            order_id=event.order_id,
            number=event.number,
            plant_id=NINGBO,
            customer=event.customer,
            lines=event.lines,
            delivered_at=NOON,
        )
        assert tx.emitted == []


async def test_a_batch_may_hold_orders_of_several_plants(rma_db):
    here, there = order_delivered(), order_delivered(plant_id=SUZHOU)
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, here, there)
        clerk = await become(tx, staff(tx, ningbo=Role.SALES))

        assert (await DeliveredOrderStore(clerk).get(here.order_id)).plant_id == NINGBO
        with pytest.raises(PlantForbidden):
            await DeliveredOrderStore(clerk).get(there.order_id)


async def test_a_delivery_that_arrives_twice_changes_nothing(rma_db):
    first = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, first)
        again = order_delivered(delivered_line(1, "99"), at=NOON + timedelta(days=1))
        await deliver(tx, type(again)(**{**_fields(again), "order_id": first.order_id}))

        kept = await DeliveredOrderStore(tx).get(first.order_id)
        assert (kept.delivered_at, kept.lines) == (NOON, first.lines)


async def test_a_grant_for_another_plant_writes_nothing(rma_db):
    event = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, event)
        order = await DeliveredOrderStore(tx).get(event.order_id)
        wrong = tx.caller.grant(SUZHOU, Permission.ORDER_ADVANCE)

        with pytest.raises(WrongGrant):
            await DeliveredOrderStore(tx).add([(wrong, order)])


def _fields(event):
    return {name: getattr(event, name) for name in event.__struct_fields__}
