"""Returned goods that a plant wants to be handled on its premises."""

import pytest
from chains import chain, keep
from hedgerow.auth import Role
from hedgerow.contracts.presence import PresenceAct
from hedgerow.contracts.rma import InspectReturn, ReceiveReturn, RmaState
from hedgerow_rma.domain.rma import WrongState
from hedgerow_rma.handlers.inspect_return import inspect_return
from hedgerow_rma.handlers.receive_return import receive_return
from presences import FIT, UNFIT, at, demanded, position
from rma.makers import (
    HEFEI,
    NINGBO,
    SUZHOU,
    become,
    deliver,
    order_delivered,
    received,
    requested,
    staff,
    stored,
)
from worlds import administrator, transaction

# Goods of an order of Ningbo that are handled at Hefei, which belongs to Suzhou.
ACTS = (PresenceAct.RETURN_RECEIVE, PresenceAct.RETURN_INSPECT)


async def ready_for(tx, act):
    """The handler with its command, and who may do it."""
    order = order_delivered()
    await deliver(tx, order)
    rma = await requested(tx, order)
    if act is PresenceAct.RETURN_RECEIVE:
        command = ReceiveReturn(rma_id=rma.rma_id, location_id=HEFEI, location_plant_id=SUZHOU)
        who = staff(tx, ningbo=Role.SALES, suzhou=Role.WAREHOUSE_LEAD)
        return receive_return, command, who
    await received(tx, rma, HEFEI, SUZHOU)
    command = InspectReturn(rma_id=rma.rma_id, accept=False, lines=())
    return inspect_return, command, staff(tx, ningbo=Role.QUALITY)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("unfit", UNFIT)
async def test_an_unfit_position_is_refused_and_nothing_happens(rma_db, act, unfit):
    changed, refusal = UNFIT[unfit]
    async with transaction(rma_db, administrator()) as tx:
        handler, command, who = await ready_for(tx, act)
        await demanded(tx, SUZHOU, act)
        clerk = await become(tx, who)
        before = await stored(clerk)
        at(clerk, None if changed is None else position(SUZHOU, act, **changed))

        with pytest.raises(refusal) as refused:
            await handler(command, clerk)

        assert refused.value.field == "position"
        assert await stored(clerk) == before
        assert (clerk.emitted, clerk.recorded) == ([], [])


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fit", FIT)
async def test_a_fit_position_stands_in_the_evidence(rma_db, act, fit):
    async with transaction(rma_db, administrator()) as tx:
        handler, command, who = await ready_for(tx, act)
        await keep(tx)
        await demanded(tx, SUZHOU, act)
        clerk = await become(tx, who)
        at(clerk, position(SUZHOU, act, **FIT[fit]))

        await handler(command, clerk)
        await keep(clerk)

        entry = (await chain(clerk, f"rma:{command.rma_id}"))[-1]
        assert (entry.actor, entry.presence.act) == ("clerk", act)
        assert entry.presence.number == "PC20260329-0001"


@pytest.mark.parametrize("act", ACTS)
async def test_no_policy_at_the_parcels_plant_needs_no_position(rma_db, act):
    async with transaction(rma_db, administrator()) as tx:
        handler, command, who = await ready_for(tx, act)
        await demanded(tx, NINGBO, act)  # the order's plant, where the goods are not
        clerk = await become(tx, who)

        view = await handler(command, clerk)

        assert view.state in (RmaState.RECEIVED, RmaState.REFUSED)


async def test_what_has_not_arrived_is_refused_for_that(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        await demanded(tx, NINGBO, PresenceAct.RETURN_INSPECT)

        with pytest.raises(WrongState):
            await inspect_return(InspectReturn(rma_id=rma.rma_id, accept=False, lines=()), tx)
