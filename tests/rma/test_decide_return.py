import pytest
from hedgerow.auth import NotPermitted, Permission, Role
from hedgerow.contracts.fields import BadText, BasisRequired
from hedgerow.contracts.rma import RmaDecided, RmaState
from hedgerow.contracts.values import Basis, RmaId, new_id
from hedgerow.errors import PlantForbidden
from hedgerow_rma.domain.rma import WrongState
from hedgerow_rma.handlers.decide_return import decide_return
from hedgerow_rma.store.tables import rma_changes
from rma.makers import (
    LETTER,
    NINGBO,
    REVIEW_RECORD,
    become,
    decided,
    decision,
    deliver,
    delivered_line,
    order_delivered,
    requested,
    staff,
    stored,
)
from sqlalchemy import select
from worlds import NOON, administrator, transaction


async def in_review(tx):
    order = order_delivered(delivered_line(1, custom=True))
    await deliver(tx, order)
    return await requested(tx, order)


@pytest.mark.parametrize(
    ("approve", "state"), [(True, RmaState.APPROVED), (False, RmaState.REJECTED)]
)
async def test_a_return_in_review_is_decided_and_announced(rma_db, approve, state):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        manager = await become(tx, staff(tx, ningbo=Role.PLANT_MANAGER))

        view = await decided(manager, rma, approve=approve)

        assert (view.state, view.decision_note, view.version) == (state, "客户已确认", 2)
        assert await stored(tx) == {"returns": {rma.number: (state, 2)}, "changes": 2}
        (emission,) = manager.emitted
        assert emission.event == RmaDecided(
            rma_id=rma.rma_id,
            number=rma.number,
            order_id=rma.order_id,
            plant_id=NINGBO,
            state=state,
            occurred_at=NOON,
        )
        assert (emission.aggregate, emission.version) == (f"rma:{rma.rma_id}", 2)


async def test_the_history_says_who_did_what_and_why(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        await decided(await become(tx, staff(tx, ningbo=Role.PLANT_MANAGER)), rma)

        rows = await tx.conn.execute(select(rma_changes).order_by(rma_changes.c.version))

        assert [(r.version, r.step, r.from_state, r.to_state, r.by, r.note) for r in rows] == [
            (1, "REQUESTED", None, "REVIEW", "administrator", ""),
            (2, "DECIDED", "REVIEW", "APPROVED", "clerk", "客户已确认"),
        ]


async def test_a_decision_is_made_once(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        await decided(tx, rma)
        before, events = await stored(tx), len(tx.emitted)

        with pytest.raises(WrongState, match="is APPROVED; it must be REVIEW"):
            await decided(tx, rma, approve=False)

        assert await stored(tx) == before
        assert len(tx.emitted) == events


async def test_a_decision_needs_a_note(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        before, events = await stored(tx), len(tx.emitted)

        with pytest.raises(BadText) as refused:
            await decide_return(decision(rma.rma_id, note=""), tx)

        assert refused.value.field == "note"
        assert await stored(tx) == before
        assert len(tx.emitted) == events


@pytest.mark.parametrize(
    ("basis", "field"),
    [(Basis("", "PS-1"), "basis.type"), (Basis("REVIEW_RECORD", " "), "basis.ref")],
)
async def test_a_decision_without_its_basis_is_refused(rma_db, basis, field):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        before, events, entries = await stored(tx), len(tx.emitted), len(tx.recorded)

        with pytest.raises(BasisRequired) as refused:
            await decide_return(decision(rma.rma_id, basis=basis), tx)

        assert refused.value.field == field
        assert await stored(tx) == before
        assert (len(tx.emitted), len(tx.recorded)) == (events, entries)


async def test_the_basis_is_kept_with_the_change_it_was_given_for(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        await decide_return(
            decision(rma.rma_id, basis=Basis(" REVIEW_RECORD ", "PS-2026-0031")), tx
        )

        kept = await tx.conn.execute(select(rma_changes.c.basis).order_by(rma_changes.c.version))
        assert [row.basis for row in kept] == [
            {"type": "CUSTOMER_LETTER", "ref": "2026-0402", "note": "客户来函要求退货"},
            {"type": "REVIEW_RECORD", "ref": "PS-2026-0031", "note": ""},
        ]
        assert [each.basis for each in tx.recorded] == [LETTER, REVIEW_RECORD]


async def test_sales_may_ask_but_not_decide(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        before = await stored(tx)
        clerk = await become(tx, staff(tx, ningbo=Role.SALES))

        with pytest.raises(NotPermitted, match=Permission.RMA_DECIDE):
            await decided(clerk, rma)

        assert await stored(tx) == before
        assert clerk.emitted == []


async def test_a_foreign_return_and_an_unknown_one_get_the_same_answer(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rma = await in_review(tx)
        stranger = await become(tx, staff(tx, suzhou=Role.PLANT_MANAGER))
        words = []
        for rma_id in (rma.rma_id, RmaId(new_id())):
            with pytest.raises(PlantForbidden) as refused:
                await decide_return(decision(rma_id), stranger)
            words.append((refused.value.en, refused.value.zh, refused.value.field))

        assert words[0] == words[1]
        assert stranger.emitted == []
