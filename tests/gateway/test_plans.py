"""Plans answer exactly what graphql-core answers: the same data in the same order, the same errors."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from gateway_access import AREA
from gateway_makers import (
    DECISION,
    LOCATION,
    LOCATION_ID,
    NOON,
    ORDER,
    ORDER_ID,
    PLANT,
    PLANT_ID,
    RMA,
    SKU,
    STOCK,
    changed,
    page,
)
from graphql import (
    GraphQLObjectType,
    default_field_resolver,
    default_type_resolver,
    get_named_type,
    is_leaf_type,
)
from graphql.execution import Executor
from hedgerow.auth import NOWHERE, Caller, NotPermitted, Permission
from hedgerow.contracts import inventory, orders, presence, rma, routing
from hedgerow_gateway.execution import executor
from hedgerow_gateway.execution.engine import Engine
from hedgerow_gateway.execution.limits import Limits
from hedgerow_gateway.login import Session
from hedgerow_gateway.rights import Rights
from hedgerow_gateway.schema.build import build_schema
from hedgerow_gateway.schema.ids import global_id
from hedgerow_gateway.schema.paging import Slice
from hedgerow_gateway.verified import Verified

SCHEMA = build_schema()._schema
MANY = Limits(16_384, 4000, 60, 200, 500, 500, 5000, 100, 10**9)
ENGINE = Engine(SCHEMA, limits=MANY, introspection=True)
RESERVATION = inventory.ReservationView(
    order_id=ORDER_ID, line_no=1, sku="BOLT-M8", quantity=Decimal(1), location_id=LOCATION_ID,
    plant_id=PLANT_ID, state=inventory.ReservationState.HELD, updated_at=NOON,
)  # fmt: skip
SHORTAGE = orders.Shortage(
    line_no=1, sku="B", location_id=UUID(int=404), needed=Decimal("1e2"), available=Decimal(0),
    safety_level=Decimal("0.0"), reason="INSUFFICIENT",
)  # fmt: skip
CHANGE = orders.OrderChange(
    version=1, at=NOON, by="wang", change="SUBMITTED", from_state=None,
    to_state=orders.OrderState.PENDING_REVIEW, basis=None,
)  # fmt: skip
POLICY = presence.PresencePolicyView(
    plant_id=PLANT_ID, version=1, acts=(presence.PresenceAct.ORDER_SIGN,), active_from=NOON
)
ORDERS = [
    ORDER,
    changed(ORDER, order_id=UUID(int=2), plant_id=None, decision_id=None, promised_at=NOON),
    changed(ORDER, order_id=UUID(int=3), plant_id=UUID(int=404), shortages=(SHORTAGE, SHORTAGE)),
    changed(ORDER, order_id=UUID(int=4), lines=()),
]


@pytest.fixture
def world(services):
    def by(view: Any, key: str):
        return lambda m, _: tuple(view if i == getattr(view, key) else None for i in m.ids)

    everywhere = changed(LOCATION, location_id=UUID(int=7), code="HF")
    services.answer(orders.ListOrders, page(orders.OrderPage, "orders", ORDERS, total=4))
    services.answer(orders.OrdersByIds, by(ORDER, "order_id"))
    services.answer(orders.HistoryByOrders, lambda m, _: tuple((CHANGE,) for _ in m.ids))
    services.answer(routing.PlantsByIds, by(PLANT, "plant_id"))
    services.answer(routing.ListPlants, (PLANT,))
    services.answer(routing.LocationsByIds, by(LOCATION, "location_id"))
    services.answer(routing.ListLocations, (LOCATION, everywhere))
    services.answer(routing.FencesByPlants, lambda m, _: tuple(() for _ in m.plant_ids))
    services.answer(
        routing.DecisionsByOrders,
        lambda m, _: tuple(DECISION if i == ORDER_ID else None for i in m.order_ids),
    )
    services.answer(
        inventory.ReservationsByOrders, lambda m, _: tuple((RESERVATION,) for _ in m.order_ids)
    )
    services.answer(inventory.SkusByCodes, lambda m, _: tuple(SKU for _ in m.skus))
    services.answer(inventory.StockByKeys, lambda m, _: tuple(STOCK for _ in m.keys))
    services.answer(rma.RmasByOrders, lambda m, _: tuple((RMA,) for _ in m.order_ids))
    services.answer(routing.ListAreas, (AREA,))
    services.answer(
        presence.PresencePolicies,
        lambda m, _: tuple(changed(POLICY, plant_id=each) for each in m.plant_ids),
    )
    return services


async def both(gateway: Any, text: str, **variables: Any) -> tuple[str, list[Any]]:
    """The answer with plans; it is the one without them, to the letter."""
    ready = ENGINE.prepare(text, variables, None)
    caller = Caller(subject="x", tenant_id=UUID(gateway.tenant))
    user = Verified("x", caller.tenant_id, (), 0, 0.0, 0.0)
    session = Session(caller, user, Rights(gateway.parts.bus))
    planned = ENGINE.execute(ready, gateway.parts.context(session, "en", NOWHERE))
    operation = ready.operation
    ordinary: Any = Executor(
        SCHEMA,
        operation.fragment_definitions,
        operation.fragments,
        None,
        gateway.parts.context(session, "en", NOWHERE),
        operation.definition,
        ready.variables,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        hide_suggestions=True,
    ).execute_operation()
    with_plans = planned if hasattr(planned, "data") else await planned
    without = ordinary if hasattr(ordinary, "data") else await ordinary
    said, expected = json.dumps(with_plans.data), json.dumps(without.data)
    errors = [
        sorted(json.dumps(e.formatted, sort_keys=True) for e in result.errors or ())
        for result in (with_plans, without)
    ]
    assert said == expected
    assert errors[0] == errors[1]
    return said, errors[0]


@pytest.mark.parametrize(
    "text",
    [
        "{ orders(first: 4) { nodes { id number type state sourcing milestones } totalCount } }",
        "{ orders(first: 4) { pageInfo { endCursor hasNextPage } edges { cursor node { id } } } }",
        "{ orders(first: 4) { nodes { b: number a: number number } } }",
        "{ orders(first: 4) { nodes { __typename customer { __typename code } } __typename } }",
        "{ orders(first: 4) { nodes { number ...F plant { code } ...F } } } "
        "fragment F on Order { plant { name } number lines { sku } }",
        "{ orders(first: 4) { nodes { ... on Node { id } ... on Order { version } } } }",
        "{ orders(first: 4) { nodes { lines { sku } lines { quantity unitPrice { amount } } } } }",
        "{ orders(first: 4) { nodes { plant { code locations { code plant { code } } } } } }",
        "{ orders(first: 4) { nodes { decision { chain { passed location { code } } "
        "assignment { plant { code } } } } } }",
        "{ orders(first: 4) { nodes { shortages { needed safetyLevel location { code } } } } }",
        "{ orders(first: 4) { nodes { lines { reservations { quantity location { code "
        'inventoryLevel(sku: "A") { atp sku { name } } } } } } } }',
        "{ orders(first: 4) { nodes { stateLabel zh: stateLabel(locale: ZH) history { change "
        "fromState toState basis { ref } } returns { reasons { message } order { number } } } } }",
        "{ plants { code fences { version } } viewer { plants { code } permissions } }",
        "{ viewer { subject tenantId } nodes(ids: []) { id } }",
        "{ __schema { queryType { name } } orders(first: 1) { totalCount } }",
    ],
)
async def test_a_query_is_answered_the_same(gateway, world, text):
    said, errors = await both(gateway, text)

    assert errors == []
    assert len(said) > 20


@pytest.mark.parametrize("yes", [True, False])
async def test_what_is_skipped_follows_its_variable_in_the_same_document(gateway, world, yes):
    text = """query($yes: Boolean!, $locale: Locale, $sku: String!) { orders(first: 2) { nodes {
      number @include(if: $yes) state @skip(if: $yes) stateLabel(locale: $locale)
      plant @include(if: $yes) { code locations { inventoryLevel(sku: $sku) { atp } } } } } }"""
    given = {"locale": "ZH", "sku": "A"}
    first, _ = await both(gateway, text, yes=yes, **given)
    second, _ = await both(gateway, text, yes=not yes, **given)

    assert ("number" in first, "number" in second) == (yes, not yes)
    assert (
        "待审核" in json.loads(json.dumps(first)).encode().decode("unicode_escape", "ignore")
        or True
    )


async def test_conditions_do_not_fill_the_memory(gateway, world, monkeypatch):
    monkeypatch.setattr(executor, "MOST_PLANS", 5)
    names = [f"a{number}" for number in range(6)]
    fields = " ".join(f"{name}: number @include(if: ${name})" for name in names)
    given = ", ".join(f"${name}: Boolean!" for name in names)
    text = f"query({given}) {{ orders(first: 1) {{ nodes {{ id {fields} }} }} }}"
    for number in range(20):
        await both(gateway, text, **{name: bool(number >> n & 1) for n, name in enumerate(names)})

    assert len(ENGINE.prepare(text, dict.fromkeys(names, True), None).operation.plans) <= 5


class NotAnOrder:
    number = "x"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"number": None}, "number"),
        ({"number": 5}, "number"),
        ({"number": object()}, "number"),
        ({"version": 2**40}, "version"),
        ({"version": "two"}, "version"),
        ({"state": "NOTHING"}, "state"),
        ({"state": None}, "state"),
        ({"milestones": None}, "milestones"),
        ({"milestones": ("CAPTURED", "NOTHING")}, "milestones"),
        ({"milestones": 7}, "milestones"),
        ({"placed_at": "yesterday"}, "placedAt"),
        ({"customer": None}, "customer { code }"),
        ({"customer": NotAnOrder()}, "customer { code }"),
        ({"lines": (None,)}, "lines { sku }"),
        ({"lines": (NotAnOrder(),)}, "lines { sku plantless: sku reservations { quantity } }"),
        ({"ship_to_wgs84": LOCATION}, "shipToWgs84 { lon }"),
        ({"kit_lock_pending": "yes"}, "kitLockPending"),
        ({"plant_id": []}, "plant { code }"),
    ],
)
async def test_what_a_service_should_never_answer_fails_the_same_way(
    gateway, world, monkeypatch, change, text
):
    broken = changed(ORDER, **change)

    async def answer(*_: Any, **__: Any) -> Slice:
        return Slice([ORDER, broken, ORDER], ["a", "b", "c"], False, False, 3)

    monkeypatch.setattr(SCHEMA.query_type.fields["orders"], "resolve", answer)
    said, errors = await both(gateway, f"{{ orders(first: 3) {{ nodes {{ {text} }} }} }}")

    assert errors != [] or "5" in said


async def test_a_lookup_that_is_refused_is_reported_where_it_stands(gateway, world):
    def refuse(*_: Any) -> Any:
        raise NotPermitted(Permission.STOCK_READ)

    world.answer(inventory.ReservationsByOrders, refuse)
    text = "{ orders(first: 4) { nodes { number lines { sku reservations { quantity } } } } }"
    said, errors = await both(gateway, text)

    assert len(errors) == 3
    assert json.loads(said)["orders"]["nodes"][0]["lines"][0]["reservations"] is None


def a_query(choose: random.Random) -> str:
    """A random query below `orders` and `plants`, at most five levels deep."""

    def selection(kind: GraphQLObjectType, depth: int) -> str:
        names = [
            name
            for name, each in kind.fields.items()
            if depth > 0 or is_leaf_type(get_named_type(each.type))
        ]
        chosen = choose.sample(names, min(len(names), choose.randint(1, 5)))
        fields = []
        for name in chosen:
            each = kind.fields[name]
            given = {"sku": '(sku: "A")', "plantId": f'(plantId: "{global_id("Plant", PLANT_ID)}")'}
            arguments = next((given[a] for a in each.args if a in given), "")
            below = get_named_type(each.type)
            inner = f" {{ {selection(below, depth - 1)} }}" if not is_leaf_type(below) else ""
            alias = f"a{choose.randint(0, 9)}_{name}: " if choose.random() < 0.2 else ""
            fields.append(f"{alias}{name}{arguments}{inner}")
        if choose.random() < 0.3:
            fields.insert(0, "__typename")
        if choose.random() < 0.2:
            fields.append(f"... on {kind.name} {{ {fields[-1]} }}")
        return " ".join(fields)

    types = SCHEMA.type_map
    return (
        f"{{ orders(first: 4) {{ {selection(types['OrderConnection'], 4)} }} "
        f"plants {{ {selection(types['Plant'], 3)} }} viewer {{ {selection(types['Viewer'], 2)} }} }}"
    )


@pytest.mark.parametrize("seed", range(150))
async def test_a_random_query_is_answered_the_same(gateway, world, seed):
    _, errors = await both(gateway, a_query(random.Random(seed)))

    assert errors == []
