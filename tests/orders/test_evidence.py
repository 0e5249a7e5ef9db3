"""Every version of an order is one entry in the chain of the order."""

from decimal import Decimal

import pytest
from chains import chain, keep, told
from hedgerow.auth import Origin, Role
from hedgerow.contracts.orders import AdvanceOrder, CancelOrder, OrderStep
from hedgerow.contracts.routing import OrderUnroutable, UnroutableReason
from hedgerow.contracts.values import Basis, DecisionId, OrderId, new_id
from hedgerow.errors import Refused
from hedgerow.transaction import Ask, Source
from hedgerow_orders.domain.refusals import NotCancellable
from hedgerow_orders.handlers.advance_order import advance_order
from hedgerow_orders.handlers.cancel_order import cancel_order
from hedgerow_orders.handlers.on_order_unroutable import on_orders_unroutable
from hedgerow_orders.handlers.submit_order import submit_orders
from hedgerow_orders.store.tables import orders
from hedgerow_orders.views.evidence import of_customer, of_order, of_sku
from orders.makers import (
    DECISION,
    HANGZHOU_STORE,
    NINGBO,
    acting,
    answers,
    assigned,
    know,
    line,
    locked,
    service,
    short,
    sku,
    submit,
    submitted,
)
from sqlalchemy import text, update
from worlds import NOON, administrator, caller, transaction

LETTER = Basis("LETTER", "2026-17", "客户撤单")

# I22: every state change has its entry. One row for each order for which that is not so.
UNTOLD = text("""
    select o.id, o.version, count(e.seq) as entries
    from orders o left join evidence e on e.tenant_id = o.tenant_id and e.stream = 'order:' || o.id
    group by o.tenant_id, o.id, o.version having o.version <> count(e.seq)
""")


async def advance(tx, order_id, *steps):
    for step in steps:
        signer = "王五" if step is OrderStep.SIGN else ""
        await advance_order(AdvanceOrder(order_id=order_id, step=step, signer=signer), tx)


async def test_a_whole_life_leaves_one_entry_a_version(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await locked(tx)
        await advance(
            tx, order.order_id, OrderStep.DISPATCH, OrderStep.RELEASE_QUALITY, OrderStep.SIGN
        )
        await keep(tx)

        entries = await chain(tx, f"order:{order.order_id}")
        assert [(each.action, each.actor) for each in entries] == [
            ("submitted", "administrator"),
            ("reserved", "service:orders"),
            ("kit_lock_requested", "service:orders"),
            ("kit_locked", "service:orders"),
            ("dispatched", "administrator"),
            ("quality_released", "administrator"),
            ("delivered", "administrator"),
        ]
        assert entries[1].changes == {
            "sourcing": ("PENDING", "RESERVED"),
            "plant_id": (None, str(NINGBO)),
            "decision_id": (None, str(DECISION)),
        }
        assert entries[2].changes == {"kit_lock_pending": (False, True)}
        assert sorted(entries[6].changes) == ["delivered_at", "milestones", "signer", "state"]
        assert entries[6].changes["state"] == ("QUALITY_RELEASED", "SIGNED")
        assert [each.plant for each in entries] == [None, *[NINGBO] * 6]
        assert (await tx.conn.execute(UNTOLD)).all() == []


async def test_an_order_begins_with_what_was_asked_for_and_no_empty_field(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)

        [(action, changes)] = told(tx, "order").values()
        assert action == "submitted"
        assert {before for before, _ in changes.values()} == {None}
        assert sorted(changes) == [
            *("channel", "customer_code", "customer_name", "given_datum", "given_lat"),
            *("given_lon", "lat", "lines", "lon", "milestones", "number", "placed_at", "priority"),
            *("region", "sourcing", "state", "type"),
        ]
        assert changes["number"] == (None, order.number)
        assert changes["lines"] == (None, order.lines)


async def test_a_cancellation_rests_on_its_basis(orders_db):
    who = administrator()
    sales = caller(who.tenant_id, plants={NINGBO: Role.SALES}, subject="lin")
    async with transaction(orders_db, who) as tx:
        order = await assigned(tx)
        async with acting(tx, sales) as later:
            await cancel_order(CancelOrder(order_id=order.order_id, basis=LETTER), later)

        last = (await chain(tx, f"order:{order.order_id}"))[-1]
        assert (last.action, last.actor, last.basis) == ("cancelled", "lin", LETTER)
        assert last.changes == {
            "state": ("PENDING_REVIEW", "CANCELLED"),
            "sourcing": ("RESERVED", "RELEASED"),
            "milestones": (["CAPTURED"], ["CAPTURED", "CANCELLED"]),
        }


async def test_shortages_are_told_without_the_stock_of_other_plants(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await short(tx)

        last = (await chain(tx, f"order:{order.order_id}"))[-1]
        [shortage] = last.changes["shortages"][1]
        assert (shortage["location_id"], shortage["needed"]) == (str(HANGZHOU_STORE), "10")
        assert (shortage["available"], shortage["safety_level"]) == (None, None)


async def test_two_versions_of_one_transaction_are_two_entries(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await submitted(tx)
        decisions = [DecisionId(new_id()), DecisionId(new_id())]
        async with acting(tx, service(tx)) as reaction:
            await on_orders_unroutable(
                [
                    OrderUnroutable(
                        decision_id=each,
                        order_id=order.order_id,
                        reason=UnroutableReason.OUT_OF_RANGE,
                    )
                    for each in decisions
                ],
                reaction,
            )

        _, first, last = await chain(tx, f"order:{order.order_id}")
        assert (first.action, first.changes) == ("left_unrouted", {})
        assert last.changes == {
            "sourcing": ("PENDING", "UNROUTABLE"),
            "decision_id": (None, str(decisions[1])),
            "unroutable": ("", "OUT_OF_RANGE"),
        }
        assert (await tx.conn.execute(UNTOLD)).all() == []


async def test_each_order_of_a_batch_has_its_own_origin(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        await know(tx)
        asks = [Ask(submit(), tx.caller) for _ in range(3)]
        tx.sources = {
            id(ask.message): Source("lin", "submit_order", origin=Origin(f"r{n}", f"10.0.0.{n}"))
            for n, ask in enumerate(asks)
        }
        await submit_orders(asks, tx)
        await keep(tx)

        for n, ask in enumerate(asks):
            [entry] = await chain(tx, f"order:{ask.message.order_id}")
            assert (entry.actor, entry.request, entry.ip) == ("lin", f"r{n}", f"10.0.0.{n}")


async def test_a_refusal_leaves_no_entry(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await locked(tx)
        await advance(tx, order.order_id, OrderStep.DISPATCH)
        await keep(tx)

        with pytest.raises(NotCancellable):
            await cancel_order(CancelOrder(order_id=order.order_id, basis=LETTER), tx)
        [unknown] = await answers(tx, submit(lines=(line("NO-SUCH"),)))

        assert isinstance(unknown, Refused)
        assert tx.recorded == []


async def test_a_version_without_an_entry_is_found(orders_db):
    async with transaction(orders_db, administrator()) as tx:
        order = await assigned(tx)
        await tx.conn.execute(
            update(orders).where(orders.c.id == order.order_id).values(version=Decimal(3))
        )

        [row] = await tx.conn.execute(UNTOLD)
        assert (row.id, row.version, row.entries) == (order.order_id, 3, 2)


async def test_the_chains_of_an_order_a_customer_and_an_article(orders_db):
    async with transaction(orders_db, administrator(), now=NOON) as tx:
        await know(tx, sku(), sku("NUT-M8"))
        bolts = submit(lines=(line(), line()))
        nuts = submit(lines=(line("NUT-M8"),), order_id=OrderId(new_id()))
        await answers(tx, bolts, nuts)
        other = await answers(tx, submit(customer=type(bolts.customer)("C-002", "海宁皮革")))

        async def streams(select):
            return sorted(await tx.conn.scalars(select))

        assert await streams(of_order(bolts.order_id)) == [f"order:{bolts.order_id}"]
        assert await streams(of_sku("NUT-M8")) == [f"order:{nuts.order_id}"]
        assert await streams(of_customer("C-001")) == sorted(
            f"order:{each.order_id}" for each in (bolts, nuts)
        )
        assert await streams(of_customer("C-002")) == [f"order:{other[0].order_id}"]
