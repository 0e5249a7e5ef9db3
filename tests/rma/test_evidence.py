"""Every version of a return is one entry in the chain of the return."""

import pytest
from chains import chain, keep, told
from hedgerow.contracts.rma import Disposition, InspectReturn
from hedgerow_rma.domain.rma import WrongState
from hedgerow_rma.handlers.inspect_return import inspect_return
from hedgerow_rma.store.tables import rmas
from hedgerow_rma.views.evidence import of_customer, of_order, of_sku
from rma.makers import (
    HEFEI,
    LETTER,
    NINGBO,
    REVIEW_RECORD,
    SUZHOU,
    decided,
    deliver,
    delivered_line,
    fate,
    inspected,
    order_delivered,
    received,
    requested,
)
from sqlalchemy import text, update
from worlds import administrator, transaction

# I22 for returns: one row for each whose versions are not all told.
UNTOLD = text("""
    select r.rma_id, r.version, count(e.seq) as entries
    from rmas r left join evidence e
      on e.tenant_id = r.tenant_id and e.stream = 'rma:' || r.rma_id
    group by r.tenant_id, r.rma_id, r.version having r.version <> count(e.seq)
""")


async def test_a_whole_life_leaves_one_entry_a_version(rma_db):
    order = order_delivered(delivered_line(1, custom=True))
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        for step in (
            lambda: decided(tx, rma),
            lambda: received(tx, rma, HEFEI, SUZHOU),
            lambda: inspected(tx, rma, fate(1, "2", Disposition.NOT_RESTOCKED)),
        ):
            await keep(tx)
            await step()
        await keep(tx)

        entries = await chain(tx, f"rma:{rma.rma_id}")
        assert [(each.action, each.basis) for each in entries] == [
            ("requested", LETTER),
            ("decided", REVIEW_RECORD),
            ("received", None),
            ("inspected", None),
        ]
        assert [each.plant for each in entries] == [NINGBO] * 4
        assert entries[1].changes == {
            "state": ("REVIEW", "APPROVED"),
            "decision_note": ("", "客户已确认"),
        }
        assert entries[2].changes == {
            "state": ("APPROVED", "RECEIVED"),
            "location_id": (None, str(HEFEI)),
            "location_plant_id": (None, str(SUZHOU)),
        }
        assert entries[3].changes == {
            "state": ("RECEIVED", "ACCEPTED"),
            "inspected": ([], [{"line_no": 1, "quantity": "2", "disposition": "NOT_RESTOCKED"}]),
        }
        assert (await tx.conn.execute(UNTOLD)).all() == []


async def test_a_return_begins_with_what_was_asked_for_and_no_empty_field(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)

        [(action, changes)] = told(tx, "rma").values()
        assert action == "requested"
        assert {before for before, _ in changes.values()} == {None}
        assert sorted(changes) == [
            *("lines", "number", "order_id", "order_number", "plant_id", "reason", "reasons"),
            "state",
        ]
        assert changes["lines"] == (None, rma.lines)
        assert changes["order_id"] == (None, order.order_id)


async def test_what_was_delivered_is_a_projection_and_leaves_no_entry(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order_delivered())
        assert await tx.conn.scalar(text("select count(*) from evidence")) == 0


async def test_a_refusal_leaves_no_entry(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        await keep(tx)

        with pytest.raises(WrongState):
            await inspect_return(InspectReturn(rma_id=rma.rma_id, accept=False, lines=()), tx)

        assert tx.recorded == []


async def test_a_version_without_an_entry_is_found(rma_db):
    order = order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, order)
        rma = await requested(tx, order)
        await keep(tx)
        await tx.conn.execute(update(rmas).where(rmas.c.rma_id == rma.rma_id).values(version=2))

        [row] = await tx.conn.execute(UNTOLD)
        assert (row.rma_id, row.version, row.entries) == (rma.rma_id, 2, 1)


async def test_the_chains_of_an_order_a_customer_and_an_article(rma_db):
    first, second = order_delivered(delivered_line(1), delivered_line(2)), order_delivered()
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, first, second)
        one = await requested(tx, first, {1: "1", 2: "1"})
        other = await requested(tx, second, {1: "1"})

        async def streams(select):
            return sorted(await tx.conn.scalars(select))

        both = sorted(f"rma:{each.rma_id}" for each in (one, other))
        assert await streams(of_order(first.order_id)) == [f"rma:{one.rma_id}"]
        assert await streams(of_sku("SKU-2")) == [f"rma:{one.rma_id}"]
        assert await streams(of_sku("SKU-1")) == both
        assert await streams(of_customer("C-001")) == both
        assert await streams(of_customer("C-002")) == []
