from datetime import timedelta

import pytest
from hedgerow.auth import Caller, Permission, Role
from hedgerow.contracts.routing import RetireOverflowRule, RuleUse, SetRoutingLimits, TraceRules
from hedgerow.contracts.values import LonLat, OrderId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.handlers.on_order_submitted import on_order_submitted
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_overflow_rule import publish_overflow_rule
from hedgerow_routing.handlers.retire_overflow_rule import retire_overflow_rule
from hedgerow_routing.handlers.set_routing_limits import set_routing_limits
from hedgerow_routing.store.tables import routing_limits
from hedgerow_routing.views.traces import trace_rules
from routing.makers import (
    NINGBO,
    SUZHOU,
    Statements,
    around,
    as_caller,
    found_location,
    found_plant,
    rule,
    service_area,
    submitted,
)
from sqlalchemy import insert
from worlds import NOON, administrator, caller, transaction

MINUTE = timedelta(minutes=1)
NEAR_NINGBO = LonLat(122.5, 29.0)


class Company:
    """Two plants with areas and a rule for both; whatever happens is a minute apart."""

    async def found(self, tx):
        self.tx, self.minutes = tx, 0
        self.ningbo = await found_plant(tx, "NINGBO", NINGBO)
        self.suzhou = await found_plant(tx, "SUZHOU", SUZHOU)
        self.store = await found_location(tx, self.ningbo.plant_id, "STORE")
        await found_location(tx, self.suzhou.plant_id, "SZ")
        return self

    async def by(self, subject: str):
        """The administrator of this name, a minute later."""
        who = administrator(self.tx.tenant_id)
        named = Caller(subject=subject, tenant_id=who.tenant_id, tenant_grants=who.tenant_grants)
        seen = await as_caller(self.tx, named)
        self.minutes += 1
        seen.now = NOON + self.minutes * MINUTE
        return seen

    async def draws(self, subject: str, plant, half_deg: float = 0.5):
        area = service_area(plant.plant_id, around(plant.wgs84, half_deg))
        return await publish_fence(area, await self.by(subject))

    async def rules(self, subject: str, **changed):
        command = rule("HD-1", self.store.location_id, **changed)
        return await publish_overflow_rule(command, await self.by(subject))

    async def orders(self, *points) -> tuple[OrderId, ...]:
        made = [submitted(point) for point in points]
        await on_order_submitted(made, await self.by("x"))
        return tuple(each.order_id for each in made)

    async def trace(self, *orders: OrderId, who=None):
        seen = await as_caller(self.tx, who or self.tx.caller)
        return await trace_rules(TraceRules(order_ids=orders), seen)

    def at(self, plant, role=Role.PLANT_MANAGER):
        return caller(self.tx.tenant_id, plants={plant.plant_id: role})


@pytest.fixture
async def company(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield await Company().found(tx)


def minute(number: int):
    return NOON + number * MINUTE


async def test_the_rule_and_the_fence_that_decided_and_who_changed_them_since(company):
    await company.draws("ann", company.ningbo)
    await company.rules("ben")
    [first, other] = await company.orders(NINGBO, NINGBO)
    await company.rules("eve", name="newer")
    await company.draws("dan", company.ningbo, 0.6)
    [last] = await company.orders(NINGBO)

    [trace, newest] = await company.trace(first, last)

    assert (trace.order_id, trace.decided_at) == (first, minute(3))
    assert trace.rules == (
        RuleUse(
            kind="FENCE",
            code="NINGBO",
            name="home",
            version=1,
            published_by="ann",
            published_at=minute(1),
            latest_version=2,
            latest_by="dan",
            latest_at=minute(5),
            decisions=2,
        ),
        RuleUse(
            kind="OVERFLOW_RULE",
            code="HD-1",
            name="rule HD-1",
            version=1,
            published_by="ben",
            published_at=minute(2),
            latest_version=2,
            latest_by="eve",
            latest_at=minute(4),
            decisions=2,
        ),
    )
    assert trace.siblings == (other,)
    assert [(use.version, use.decisions) for use in newest.rules] == [(2, 1), (2, 1)]
    assert newest.siblings == ()


async def test_a_rule_that_was_retired_says_who_did_it_and_when(company):
    first = await company.rules("ben")
    [order] = await company.orders(NINGBO)
    seen = await company.by("eve")
    await retire_overflow_rule(RetireOverflowRule(rule_id=first.rule_id), seen)

    [trace] = await company.trace(order)

    assert trace.rules == (
        RuleUse(
            kind="OVERFLOW_RULE",
            code="HD-1",
            name="rule HD-1",
            version=1,
            published_by="ben",
            published_at=minute(1),
            latest_version=2,
            latest_by="eve",
            latest_at=minute(3),
            decisions=1,
        ),
    )


async def test_the_limits_count_where_no_area_covers(company):
    await company.draws("ann", company.ningbo)
    await set_routing_limits(SetRoutingLimits(max_distance_km=300.0), await company.by("lin"))
    covered, near, far = await company.orders(NINGBO, NEAR_NINGBO, LonLat(90.0, 30.0))
    await set_routing_limits(SetRoutingLimits(max_distance_km=400.0), await company.by("mao"))

    traces = await company.trace(covered, near, far)

    assert [[use.kind for use in trace.rules] for trace in traces] == [
        ["FENCE"],
        ["ROUTING_LIMITS"],
        ["ROUTING_LIMITS"],
    ]
    [limits] = traces[1].rules
    assert (limits.code, limits.name, limits.version, limits.published_by) == (
        "LIMITS",
        "300 km",
        1,
        "lin",
    )
    assert (limits.latest_version, limits.latest_by, limits.decisions) == (2, "mao", 2)


async def test_what_nobody_ever_published_is_not_named(company):
    [order] = await company.orders(NEAR_NINGBO)

    [trace] = await company.trace(order)

    assert (trace.rules, trace.siblings) == ((), ())


async def test_who_published_before_that_was_kept_is_unknown(company):
    old = {
        "tenant_id": company.tx.tenant_id,
        "version": 1,
        "max_distance_km": 300.0,
        "active_from": NOON,
    }
    await company.tx.conn.execute(insert(routing_limits).values(**old))
    [order] = await company.orders(NEAR_NINGBO)

    [trace] = await company.trace(order)

    assert [(use.published_by, use.latest_by) for use in trace.rules] == [("unknown", "unknown")]


async def test_decisions_and_siblings_of_other_plants_are_neither_told_nor_counted(company):
    await company.draws("ann", company.ningbo)
    await company.draws("ann", company.suzhou)
    await company.rules("ben")
    mine, theirs, also = await company.orders(NINGBO, SUZHOU, NINGBO)

    [trace, hidden] = await company.trace(mine, theirs, who=company.at(company.ningbo))

    assert hidden is None
    assert [(use.kind, use.decisions) for use in trace.rules] == [
        ("FENCE", 2),
        ("OVERFLOW_RULE", 2),
    ]
    assert trace.siblings == (also,)
    [whole, _] = await company.trace(mine, theirs)
    assert [use.decisions for use in whole.rules] == [2, 3]
    assert set(whole.siblings) == {theirs, also}


async def test_who_may_not_read_decisions_is_told_of_none(company):
    await company.draws("ann", company.ningbo)
    [order] = await company.orders(NINGBO)
    sees = caller(
        company.tx.tenant_id,
        plants={company.ningbo.plant_id: frozenset({Permission.PLANT_READ})},
    )

    assert await company.trace(order, who=sees) == (None,)
    assert await company.trace(order, who=administrator()) == (None,)
    assert await company.trace(OrderId(new_id())) == (None,)


async def test_counting_ends_at_a_thousand_and_siblings_at_twenty(company):
    await company.rules("ben")
    await company.draws("ann", company.ningbo)
    orders = await company.orders(*[NINGBO] * 1005)
    later = await company.orders(NINGBO)

    [trace] = await company.trace(orders[0])

    assert [use.decisions for use in trace.rules] == [1000, 1000]
    assert len(trace.siblings) == 20
    assert trace.siblings[0] == later[0]
    assert orders[0] not in trace.siblings


async def test_many_orders_take_the_statements_of_one(company):
    await company.rules("ben")
    await company.draws("ann", company.ningbo)
    orders = await company.orders(*[NINGBO] * 30)
    seen = await as_caller(company.tx, company.tx.caller)

    with Statements(seen) as one:
        await trace_rules(TraceRules(order_ids=orders[:1]), seen)
    with Statements(seen) as many:
        traces = await trace_rules(TraceRules(order_ids=orders), seen)

    assert (len(one.sent), len(many.sent)) == (6, 6)
    assert [trace.order_id for trace in traces] == list(orders)
    with pytest.raises(Refused) as refusal:
        await trace_rules(TraceRules(order_ids=orders * 34), seen)
    assert (refusal.value.code, refusal.value.field) == ("COUNT_INVALID", "order_ids")
