"""Goods that a plant wants to be received and counted on its premises."""

from decimal import Decimal

import pytest
from chains import chain, keep
from hedgerow.auth import Role
from hedgerow.contracts.inventory import AdjustStock, ReceiveStock, StockLine
from hedgerow.contracts.presence import PresenceAct
from hedgerow_inventory.handlers.adjust_stock import adjust_stock
from hedgerow_inventory.handlers.receive_stock import receive_stock
from inventory.makers import (
    BOLT,
    HANGZHOU,
    NINGBO,
    SUZHOU,
    become,
    counters,
    receive,
    refused,
    register,
)
from presences import FIT, UNFIT, at, demanded, position
from worlds import administrator, caller, transaction

ACTS = {
    PresenceAct.STOCK_RECEIVE: (
        receive_stock,
        ReceiveStock(
            plant_id=NINGBO,
            location_id=HANGZHOU,
            lines=(StockLine(BOLT, Decimal(5)),),
            reference="DN-2",
        ),
    ),
    PresenceAct.STOCK_ADJUST: (
        adjust_stock,
        AdjustStock(
            plant_id=NINGBO, location_id=HANGZHOU, sku=BOLT, delta=Decimal(5), reason="盘点"
        ),
    ),
}


async def stocked(tx, *acts):
    """A hundred bolts; then the keeper of the store takes over."""
    await register(tx, BOLT)
    await receive(tx, HANGZHOU, (BOLT, 100))
    await keep(tx)
    await demanded(tx, NINGBO, *acts)
    await become(tx, caller(tx.tenant_id, plants={NINGBO: Role.WAREHOUSE_LEAD}, subject="lin"))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("unfit", UNFIT)
async def test_an_unfit_position_is_refused_and_nothing_happens(inventory_db, act, unfit):
    handler, command = ACTS[act]
    changed, refusal = UNFIT[unfit]
    async with transaction(inventory_db, administrator()) as tx:
        await stocked(tx, act)
        at(tx, None if changed is None else position(NINGBO, act, **changed))

        async with refused(tx, refusal, "position"):
            await handler(command, tx)

        assert tx.recorded == []


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fit", FIT)
async def test_a_fit_position_stands_in_the_evidence(inventory_db, act, fit):
    handler, command = ACTS[act]
    async with transaction(inventory_db, administrator()) as tx:
        await stocked(tx, act)
        at(tx, position(NINGBO, act, **FIT[fit]))

        await handler(command, tx)
        await keep(tx)

        entry = (await chain(tx, f"stock:{HANGZHOU}:{BOLT}"))[-1]
        assert (entry.actor, entry.changes["on_hand"]) == ("lin", ("100", "105"))
        assert (entry.presence.number, entry.presence.act) == ("PC20260329-0001", act)


@pytest.mark.parametrize("act", ACTS)
async def test_no_policy_needs_no_position(inventory_db, act):
    handler, command = ACTS[act]
    other = next(each for each in ACTS if each is not act)
    async with transaction(inventory_db, administrator()) as tx:
        await demanded(tx, SUZHOU, act)
        await stocked(tx, other)

        await handler(command, tx)

        assert await counters(tx, HANGZHOU, BOLT) == (105, 0, 0, 0, 0)
