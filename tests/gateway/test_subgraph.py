"""The API as a Federation 2 subgraph, where it is switched on."""

from __future__ import annotations

import pytest
from gateway_makers import LOCATION, LOCATION_ID, ORDER, ORDER_ID, PLANT, PLANT_ID, SKU
from gateway_world import serving
from hedgerow.contracts.inventory import SkusByCodes
from hedgerow.contracts.orders import OrdersByIds
from hedgerow.contracts.routing import LocationsByIds, PlantsByIds
from hedgerow_gateway.schema.ids import global_id
from hedgerow_gateway.subgraph import build_subgraph, print_subgraph

ENTITIES = """query($them: [_Any!]!) { _entities(representations: $them) {
  __typename ... on Order { number plant { code } } ... on Location { code } ... on Sku { name } } }"""


@pytest.fixture
async def subgraph(environment, keys, gateway):
    async with serving(environment | {"HEDGEROW_SUBGRAPH": "true"}, keys) as other:
        other.tenant = gateway.tenant
        yield other


async def test_a_router_reads_the_subgraph_from_the_service_itself(subgraph):
    async with subgraph.user("tenant_admin") as user:
        data = await user.ask("{ _service { sdl } }")

    assert data["_service"]["sdl"] == print_subgraph(build_subgraph())
    assert '@link(url: "https://specs.apollo.dev/federation/v2.5"' in data["_service"]["sdl"]


async def test_entities_are_resolved_by_their_keys_together(subgraph, services):
    services.answer(
        OrdersByIds, lambda m, _: tuple(ORDER if i == ORDER_ID else None for i in m.ids)
    )
    services.answer(PlantsByIds, (PLANT,))
    services.answer(LocationsByIds, (LOCATION,))
    services.answer(SkusByCodes, (SKU,))
    missing = global_id("Order", PLANT_ID)
    them = [
        {"__typename": "Order", "id": global_id("Order", ORDER_ID)},
        {"__typename": "Location", "id": global_id("Location", LOCATION_ID)},
        {"__typename": "Order", "id": missing},
        {"__typename": "Sku", "id": global_id("Sku", "BOLT-M8")},
    ]
    async with subgraph.user("tenant_admin") as user:
        data = await user.ask(ENTITIES, them=them)

    assert data["_entities"] == [
        {"__typename": "Order", "number": "HY20260329-1", "plant": {"code": "NB"}},
        {"__typename": "Location", "code": "HZ"},
        None,
        {"__typename": "Sku", "name": "螺栓 M8"},
    ]
    assert len(services.messages(OrdersByIds)) == 1


@pytest.mark.parametrize("it", [{}, {"__typename": "Order"}, {"id": "x"}, {"id": 5}, 5, "x"])
async def test_what_is_no_key_is_refused(subgraph, it):
    async with subgraph.user("tenant_admin") as user:
        (error,) = await user.errors(ENTITIES, them=[it])

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_router_has_a_budget_too(subgraph):
    async with subgraph.user("tenant_admin") as user:
        (error,) = await user.errors(ENTITIES, them=[{"id": "x"}] * 101)

    assert error["extensions"]["reason"] == "TOO_MANY"


async def test_the_ordinary_gateway_knows_nothing_of_it(gateway):
    async with gateway.user("tenant_admin") as user:
        (error,) = await user.errors("{ _service { sdl } }")

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
