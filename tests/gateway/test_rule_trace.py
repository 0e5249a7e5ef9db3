"""Which rules made something what it is, who answers for them, and what else they touched."""

from __future__ import annotations

from uuid import UUID

import pytest
from gateway_access import TRACE
from gateway_makers import DECISION, DECISION_ID, ORDER, ORDER_ID, RMA, RMA_ID, changed
from hedgerow.contracts import inventory, orders, rma, routing
from hedgerow_gateway.schema.ids import global_id

TEXT = """query($id: ID!) { ruleTrace(entityId: $id) { decidedAt
  rules { kind code name version publishedBy publishedAt latestVersion latestBy latestAt decisions }
  eligibility { code passed message } order { number } decision { result } reservations { quantity }
  returns { number } siblings { number } } }"""
RULE = {
    "kind": "OVERFLOW_RULE",
    "code": "JZH",
    "name": "江浙沪",
    "version": 1,
    "publishedBy": "wang",
    "publishedAt": "2026-03-29T12:00:00Z",
    "latestVersion": 3,
    "latestBy": "li",
    "latestAt": "2026-03-29T12:00:00Z",
    "decisions": 12,
}
FOUND = {
    "decidedAt": "2026-03-29T12:00:00Z",
    "rules": [RULE],
    "eligibility": [],
    "order": {"number": "HY20260329-1"},
    "decision": {"result": "ASSIGNED"},
    "reservations": [],
    "returns": [{"number": "RMA20260329-1"}],
    "siblings": [{"number": "S-31"}, None],
}


@pytest.fixture
def world(services):
    known = {
        ORDER_ID: ORDER,
        UUID(int=31): changed(ORDER, order_id=UUID(int=31), number="S-31"),
    }
    services.answer(orders.OrdersByIds, lambda m, _: tuple(known.get(i) for i in m.ids))
    services.answer(routing.DecisionsByIds, (DECISION,))
    services.answer(rma.RmasByIds, (RMA,))
    services.answer(rma.RmasByOrders, ((RMA,),))
    services.answer(inventory.ReservationsByOrders, ((),))
    services.answer(routing.TraceRules, (TRACE,))
    return services


@pytest.mark.parametrize(("kind", "key"), [("Order", ORDER_ID), ("RoutingDecision", DECISION_ID)])
async def test_the_rules_of_an_order_and_what_hangs_on_it(gateway, world, kind, key):
    async with gateway.user("auditor") as user:
        data = await user.ask(TEXT, id=global_id(kind, key))

    assert data["ruleTrace"] == FOUND
    assert world.messages(routing.TraceRules) == [routing.TraceRules(order_ids=(ORDER_ID,))]


async def test_a_return_brings_the_tests_of_its_eligibility(gateway, world):
    async with gateway.user("auditor") as user:
        data = await user.ask(TEXT, id=global_id("Rma", RMA_ID))

    reason = {"code": "WITHIN_PERIOD", "passed": True, "message": "Within 7 days."}
    assert data["ruleTrace"] == FOUND | {"eligibility": [reason]}


async def test_an_order_that_was_not_decided_yet_has_no_rules(gateway, world):
    world.answer(routing.TraceRules, (None,))
    async with gateway.user("auditor") as user:
        data = await user.ask(TEXT, id=global_id("Order", ORDER_ID))

    nothing = {"decidedAt": None, "rules": [], "decision": None, "siblings": None}
    assert data["ruleTrace"] == FOUND | nothing


async def test_rules_of_a_later_decision_are_not_those_of_an_earlier_one(gateway, world):
    world.answer(routing.TraceRules, (changed(TRACE, decision_id=UUID(int=99)),))
    async with gateway.user("auditor") as user:
        data = await user.ask(TEXT, id=global_id("RoutingDecision", DECISION_ID))

    assert (data["ruleTrace"]["rules"], data["ruleTrace"]["decidedAt"]) == ([], None)


async def test_what_is_out_of_sight_has_no_trace(gateway, world):
    async with gateway.user("auditor") as user:
        (error,) = await user.errors(TEXT, id=global_id("Order", UUID(int=404)))
        (other,) = await user.errors(TEXT, id=global_id("Plant", ORDER_ID))

    assert error["extensions"]["code"] == "PLANT_FORBIDDEN"
    assert other["extensions"]["reason"] == "INVALID_ID"
    assert world.messages(routing.TraceRules) == []
