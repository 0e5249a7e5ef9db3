"""A simulation decides an order by the same rule as its decision did."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hedgerow.auth import Caller
from hedgerow.contracts.inventory import SeenStock, SetSafetyLevel
from hedgerow.contracts.orders import OrderAttribute, OrderPriority
from hedgerow.contracts.routing import DecisionsByOrders, SafetyTest
from hedgerow.contracts.values import Line, LocationId, LonLat, PlantId, new_id
from hedgerow.transaction import Transaction
from hedgerow_routing.domain.decision import decide
from hedgerow_routing.domain.run import Run
from hedgerow_routing.domain.sourcing import Sourced, passes, sourced
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.store.decision_tables import decisions
from hedgerow_routing.store.history import HistoryStore
from hedgerow_routing.store.network import NetworkStore
from hedgerow_routing.store.releases import ReleaseStore
from hedgerow_routing.views.decisions import decisions_by_orders
from routing.makers import found_rule, rule, submitted
from routing.release_makers import found_draft, found_simulation, limits_change, simulate
from routing.simulation_makers import founded
from sqlalchemy import insert, literal, select, update
from worlds import NOON, administrator, transaction

EAST = LonLat(122.0, 30.0)
FACTS = {
    "placed_at": NOON - timedelta(hours=5),
    "priority": OrderPriority.A,
    "customer_grade": "A",
    "attributes": (OrderAttribute("colour", "red"),),
    "custom": True,
}
CONDITIONS = (
    "customer.grade == 'A' && customer.code == 'C-001'",
    "order.priority == 'A'",
    "order.attributes['colour'] == 'red'",
    "order.custom",
    "plant.hour == 15",
    "'BOLT-M8' in order.skus",
)


async def routed(tx, *orders):
    service = Caller.service("routing", tx.tenant_id)
    await on_order_submitted(orders, Transaction(tx.conn, service, NOON - timedelta(hours=1)))
    asked = DecisionsByOrders(order_ids=tuple(each.order_id for each in orders))
    return await decisions_by_orders(asked, tx)


async def snapshots(tx):
    view = await found_draft(tx, limits_change(300.0))
    release = await ReleaseStore(tx).load(view.release_id)
    run = Run.begin(simulate(view).simulation_id, release, 1, total=0, by="tester", at=NOON)
    orders, _ = await HistoryStore(tx).orders(run, 10)
    return orders


@pytest.mark.parametrize("condition", CONDITIONS)
async def test_every_fact_that_a_condition_asks_is_kept_with_the_decision(routing_db, condition):
    async with transaction(routing_db, administrator()) as tx:
        _, _, (w1, e1) = await founded(tx)
        await found_rule(tx, rule("EACH", w1.location_id))
        await found_rule(tx, rule("SOME", e1.location_id, condition=condition))
        [made] = await routed(tx, submitted(EAST, **FACTS))
        assert [each.code for each in made.rules if each.chosen] == ["SOME"]

        [order] = await snapshots(tx)

        again = decide(
            order, [], await NetworkStore(tx).load(), decision_id=made.decision_id, at=NOON
        )
        assert again.rules == made.rules
        assert again.chain == made.chain
        assert {name: getattr(order, name) for name in FACTS} == FACTS
        assert (order.customer_code, order.told) == ("C-001", True)


async def found_older(tx):
    """The same decision once more for another order, from before facts were kept."""
    others = {"decision_id": new_id(), "order_id": new_id(), "facts": None}
    columns = [each.name for each in decisions.c]
    copied = select(
        *(
            literal(others[n], decisions.c[n].type) if n in others else decisions.c[n]
            for n in columns
        )
    )
    await tx.conn.execute(insert(decisions).from_select(columns, copied))


async def test_what_was_decided_before_facts_were_kept_is_unknown_where_a_rule_asks(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        _, _, (_w1, e1) = await founded(tx)
        await found_rule(tx, rule("EACH", e1.location_id))
        await routed(tx, submitted(EAST, **FACTS))
        seen = msgspec.to_builtins((stock(1, e1.location_id, "100"),))
        await tx.conn.execute(update(decisions).values(seen=seen))
        await found_older(tx)
        plain = await found_simulation(tx, await found_draft(tx, limits_change(300.0)))
        assert (plain.result.before.placed, plain.result.before.unknown) == (2, 0)

        await found_rule(tx, rule("SOME", e1.location_id, condition="order.custom"))
        asked = await found_simulation(tx, await found_draft(tx, limits_change(300.0)))

        assert (asked.result.before.placed, asked.result.before.unknown) == (1, 1)
        assert asked.result.before.load == plain.result.before.load


def stock(line_no, location_id, available, level="0", **more):
    return SeenStock(
        line_no=line_no,
        sku="BOLT-M8",
        location_id=location_id,
        requested=Decimal(10),
        available=Decimal(available),
        safety_level=Decimal(level),
        passed=True,
        reason="",
        **more,
    )


def change(level, percent=None):
    return SetSafetyLevel(
        plant_id=PlantId(new_id()),
        location_id=LocationId(new_id()),
        sku="BOLT-M8",
        level=Decimal(level),
        clear_percent=None if percent is None else Decimal(percent),
    )


LINE = Line(1, "BOLT-M8", Decimal(10))


@pytest.mark.parametrize(
    ("changed", "serves"),
    [
        (None, False),  # 110 are there, the level is 100, and it clears at 120
        (change("95"), False),  # with 20 % still: at 114
        (change("90"), True),  # at 108
        (change("100", "10"), True),  # at 110, which is just reached
        (change("100", "11"), False),
        (change("0"), True),
        (change("111"), False),  # below its level
    ],
)
def test_what_has_tripped_serves_again_where_the_changed_level_clears_it(changed, serves):
    tripped = stock(1, LocationId(new_id()), "110", "100", tripped=True, clear_level=Decimal(120))

    assert passes(tripped, LINE, SafetyTest.CURRENT, changed) is serves


A, B, C = (LocationId(new_id()) for _ in range(3))
LINES = [Line(n, "BOLT-M8", Decimal(10)) for n in (1, 2, 3)]


def serving(**lines_of):
    """Stock of every line at A, B and C: enough for the lines that are named."""
    places = {"a": A, "b": B, "c": C}
    return [
        stock(line.line_no, places[name], "10" if line.line_no in own else "0")
        for name, own in lines_of.items()
        for line in LINES
    ]


@pytest.mark.parametrize(
    ("most", "seen", "came"),
    [
        (1, serving(a=(1, 2, 3)), Sourced.FIRST),  # the others need not be known
        (1, serving(a=(1, 2), b=(3,), c=(1, 2, 3)), Sourced.OVERFLOWED),
        (3, serving(a=(1,), b=(2,), c=(1, 2, 3)), Sourced.OVERFLOWED),  # the fewest
        (2, serving(a=(1, 2), b=(3,), c=()), Sourced.SPLIT),
        (2, serving(a=(1,), b=(2,), c=(3,)), Sourced.SHORT),
        (3, serving(a=(1,), b=(2,), c=(3,)), Sourced.SPLIT),
        (2, serving(a=(1, 2), b=(3,)), Sourced.UNKNOWN),  # C could serve all
        (None, serving(a=(1,), b=(2,), c=(1, 2, 3)), Sourced.SPLIT),  # line by line
        (None, serving(a=(1, 2), b=(3,)), Sourced.SPLIT),
        (None, serving(a=(1, 2), b=()), Sourced.UNKNOWN),
    ],
)
def test_under_a_split_limit_the_fewest_serve_an_order(most, seen, came):
    assert sourced(LINES, [A, B, C], SafetyTest.AFTER, seen, {}, most) is came
