from datetime import timedelta

import pytest
from hedgerow.auth import Role
from hedgerow.contracts.rma import ListRmas, RmaState, RmaWhere
from hedgerow.contracts.values import Page
from hedgerow.transaction.windows import BadCursor, BadPageSize
from hedgerow_rma.views.listing import list_rmas
from rma.makers import (
    NINGBO,
    SUZHOU,
    become,
    deliver,
    delivered_line,
    order_delivered,
    requested,
    staff,
)
from worlds import NOON, administrator, transaction


async def seven(tx):
    """Seven returns, newest first; the middle three at the same instant."""
    order = order_delivered(delivered_line(1, "100"))
    await deliver(tx, order)
    made = []
    for hours in (0, 1, 2, 2, 2, 3, 4):
        clerk = await become(tx, tx.caller, now=NOON + timedelta(hours=hours))
        made.append(await requested(clerk, order, {1: "1"}))
    return sorted(made, key=lambda rma: (rma.requested_at, rma.rma_id), reverse=True)


async def page(tx, where=None, **page):
    return await list_rmas(ListRmas(where=where or RmaWhere(), page=Page(**page)), tx)


async def test_pages_forward_hold_every_return_once_newest_first(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rmas = await seven(tx)

        one = await page(tx, first=3)
        two = await page(tx, first=3, after=one.cursors[-1])
        three = await page(tx, first=3, after=two.cursors[-1])

        assert [*one.rmas, *two.rmas, *three.rmas] == rmas
        assert [p.has_next for p in (one, two, three)] == [True, True, False]
        assert [p.has_previous for p in (one, two, three)] == [False, True, True]
        assert one.total is None


async def test_pages_backward_run_the_same_list_from_its_end(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rmas = await seven(tx)

        last = await page(tx, last=4)
        before = await page(tx, last=4, before=last.cursors[0])

        assert [*before.rmas, *last.rmas] == rmas
        assert (last.has_next, last.has_previous) == (False, True)
        assert (before.has_next, before.has_previous) == (True, False)


async def test_a_window_may_be_closed_on_both_sides(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        rmas = await seven(tx)
        whole = await page(tx, first=7)

        middle = await page(tx, first=9, after=whole.cursors[1], before=whole.cursors[5])

        assert list(middle.rmas) == rmas[2:5]


async def test_the_total_is_counted_when_asked_for(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        await seven(tx)
        one = await page(tx, first=2, total=True)

        assert one.total == 7
        assert (await page(tx, first=2, after=one.cursors[-1], total=True)).total == 7


async def test_conditions_all_hold(rma_db):
    here = order_delivered(delivered_line(1, custom=True), delivered_line(2))
    there = order_delivered(plant_id=SUZHOU)
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, here, there)
        review = await requested(tx, here, {1: "1"})
        approved = await requested(tx, here, {2: "1"})
        foreign = await requested(tx, there, {1: "1"})

        async def found(**where):
            view = await page(tx, RmaWhere(**where), first=10, total=True)
            assert view.total == len(view.rmas)
            return {rma.number for rma in view.rmas}

        assert await found(plant_ids=(SUZHOU,)) == {foreign.number}
        assert await found(states=(RmaState.REVIEW,)) == {review.number}
        assert await found(order_id=here.order_id) == {review.number, approved.number}
        assert await found(plant_ids=(SUZHOU,), states=(RmaState.REVIEW,)) == set()


async def test_staff_list_the_returns_of_their_own_plants_only(rma_db):
    here, there = order_delivered(), order_delivered(plant_id=SUZHOU)
    async with transaction(rma_db, administrator()) as tx:
        await deliver(tx, here, there)
        await requested(tx, here)
        foreign = await requested(tx, there)
        clerk = await become(tx, staff(tx, suzhou=Role.SUPPORT))

        everything = await page(clerk, first=10, total=True)
        other = await page(clerk, RmaWhere(plant_ids=(NINGBO,)), first=10, total=True)

        assert (everything.rmas, everything.total) == ((foreign,), 1)
        assert (other.rmas, other.total) == ((), 0)


async def test_a_malformed_page_is_refused(rma_db):
    async with transaction(rma_db, administrator()) as tx:
        with pytest.raises(BadPageSize) as size:
            await page(tx, first=101)
        with pytest.raises(BadCursor) as cursor:
            await page(tx, first=1, after="x")

    assert (size.value.code, size.value.field) == ("PAGE_SIZE", "page.first")
    assert (cursor.value.code, cursor.value.field) == ("CURSOR", "page.after")
