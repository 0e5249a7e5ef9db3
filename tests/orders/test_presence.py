"""Steps of an order that its plant wants to be taken on its premises."""

import pytest
from chains import chain, keep
from hedgerow.auth import Role
from hedgerow.contracts.orders import AdvanceOrder, OrderStep
from hedgerow.contracts.presence import PresenceAct
from hedgerow_orders.handlers.advance_order import advance_order
from orders.makers import NINGBO, SUZHOU, acting, assigned, everything, locked
from presences import FIT, UNFIT, at, demanded, position
from worlds import administrator, caller, transaction

LEADING_TO = {
    OrderStep.LOCK_KIT: (),
    OrderStep.DISPATCH: (),
    OrderStep.RELEASE_QUALITY: (OrderStep.DISPATCH,),
    OrderStep.SIGN: (OrderStep.DISPATCH, OrderStep.RELEASE_QUALITY),
}


async def ready_for(tx, step):
    order = await (assigned(tx) if step is OrderStep.LOCK_KIT else locked(tx))
    for each in LEADING_TO[step]:
        await advance_order(AdvanceOrder(order_id=order.order_id, step=each), tx)
    await keep(tx)
    return AdvanceOrder(order_id=order.order_id, step=step, signer="王五")


def manager(tx):
    return caller(tx.tenant_id, plants={NINGBO: Role.PLANT_MANAGER}, subject="lin")


@pytest.mark.parametrize("step", OrderStep)
@pytest.mark.parametrize("unfit", UNFIT)
async def test_an_unfit_position_is_refused_and_nothing_happens(orders_db, step, unfit):
    act = PresenceAct(f"ORDER_{step}")
    changed, refusal = UNFIT[unfit]
    async with transaction(orders_db, administrator()) as tx:
        command = await ready_for(tx, step)
        await demanded(tx, NINGBO, act)
        before = await everything(tx)

        async with acting(tx, manager(tx)) as later:
            at(later, None if changed is None else position(NINGBO, act, **changed))
            with pytest.raises(refusal) as refused:
                await advance_order(command, later)

            assert refused.value.field == "position"
            assert (later.emitted, later.recorded) == ([], [])
        assert await everything(tx) == before


@pytest.mark.parametrize("step", OrderStep)
@pytest.mark.parametrize("fit", FIT)
async def test_a_fit_position_stands_in_the_evidence(orders_db, step, fit):
    act = PresenceAct(f"ORDER_{step}")
    async with transaction(orders_db, administrator()) as tx:
        command = await ready_for(tx, step)
        await demanded(tx, NINGBO, act)

        async with acting(tx, manager(tx)) as later:
            at(later, position(NINGBO, act, **FIT[fit]))
            await advance_order(command, later)

        note = (await chain(tx, f"order:{command.order_id}"))[-1].presence
        assert (note.number, note.act, note.accuracy_m) == ("PC20260329-0001", act, 12.5)
        assert (note.lon, note.lat) == (121.5440, 29.8683)
        assert note.confirmed_by == FIT[fit].get("confirmed_by", "")


async def test_no_policy_needs_no_position(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        command = await ready_for(tx, OrderStep.DISPATCH)
        await demanded(tx, NINGBO, PresenceAct.ORDER_SIGN, PresenceAct.STOCK_RECEIVE)
        await demanded(tx, SUZHOU, PresenceAct.ORDER_DISPATCH)

        async with acting(tx, manager(tx)) as later:
            await advance_order(command, later)

        entry = (await chain(tx, f"order:{command.order_id}"))[-1]
        assert (entry.action, entry.presence) == ("dispatched", None)
