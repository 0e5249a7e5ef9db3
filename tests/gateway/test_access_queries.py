"""Who has access, why, and what refusals were about."""

from __future__ import annotations

import pytest
from gateway_access import AREA, BASIS, CASE, MEMBERSHIP, MEMBERSHIP_ID
from gateway_makers import (
    DECISION,
    DECISION_ID,
    LOCATION,
    LOCATION_ID,
    NOON,
    ORDER,
    ORDER_ID,
    PLANT,
    PLANT_ID,
    RMA,
    RMA_ID,
    STOCK,
    changed,
    page,
)
from hedgerow.contracts import access, inventory, orders, presence, rma, routing
from hedgerow.contracts.values import GeoPoint, Page, PresenceVerdict
from hedgerow_gateway.schema.ids import global_id

EXPLAIN = """query($id: ID!) { explainAccess(entityId: $id, userId: "li") {
  user canRead plant { code } held missing
  links { role claimedAt permissions membership { user scope plant { code } grantedBy grantedAt
    basis { ref } } }
  ended { role revokedBy } } }"""


@pytest.fixture
def world(services):
    services.answer(routing.ListPlants, (PLANT,))
    services.answer(routing.PlantsByIds, lambda m, _: (PLANT,) * len(m.ids))
    services.answer(routing.LocationsByIds, (LOCATION,))
    services.answer(routing.DecisionsByIds, (DECISION,))
    services.answer(orders.OrdersByIds, (ORDER,))
    services.answer(rma.RmasByIds, (RMA,))
    services.answer(inventory.StockByKeys, (STOCK,))
    services.answer(inventory.SkusByCodes, (None,))
    return services


async def test_memberships_are_a_list_with_conditions(gateway, world):
    world.answer(
        access.ListMemberships, page(access.MembershipPage, "memberships", [MEMBERSHIP], 1)
    )
    text = """query($p: ID!) { memberships(first: 5, where: {user: "li", plantId: $p, role: SALES,
      active: true}) { totalCount nodes { id user role scope plant { code } grantedAt } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(text, p=global_id("Plant", PLANT_ID))

    assert data["memberships"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": global_id("Membership", f"{MEMBERSHIP_ID}:li"),
                "user": "li",
                "role": "SALES",
                "scope": "PLANT",
                "plant": {"code": "NB"},
                "grantedAt": "2026-03-29T12:00:00Z",
            }
        ],
    }
    where = access.MembershipWhere(subject="li", plant_id=PLANT_ID, role="sales", active=True)
    asked = access.ListMemberships(where=where, page=Page(first=5, total=True))
    assert world.messages(access.ListMemberships) == [asked]


async def test_areas_and_policies_hang_on_plants(gateway, world):
    world.answer(routing.ListPlants, (changed(PLANT, area_id=AREA.area_id),))
    world.answer(routing.ListAreas, (AREA,))
    policy = presence.PresencePolicyView(plant_id=PLANT_ID, version=0, acts=(), active_from=None)
    world.answer(presence.PresencePolicies, (policy,))
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(
            "{ areas { code plants { code } } plants { area { name } presencePolicy { version acts "
            "activeFrom } } }"
        )

    assert data == {
        "areas": [{"code": "EAST", "plants": [{"code": "NB"}]}],
        "plants": [
            {
                "area": {"name": "华东区"},
                "presencePolicy": {"version": 0, "acts": [], "activeFrom": None},
            }
        ],
    }


async def test_a_case_tells_who_asked_for_what(gateway, world):
    world.answer(access.AccessCaseByNumber, CASE)
    async with gateway.user("area_admin@NB") as user:
        data = await user.ask(
            '{ accessCase(number: "AC20260329-0001") { number user operation code asked '
            "plant { code } permission ip device requestId at } }"
        )

    assert data["accessCase"] == {
        "number": "AC20260329-0001",
        "user": "zhao",
        "operation": "orderCancel",
        "code": "NOT_PERMITTED",
        "asked": [f"Order:{ORDER_ID}"],
        "plant": {"code": "NB"},
        "permission": "order:cancel",
        "ip": "198.51.100.1",
        "device": "curl/8",
        "requestId": "r1",
        "at": "2026-03-29T12:00:00Z",
    }


async def test_a_case_that_is_not_for_the_caller_is_null(gateway, world):
    world.answer(access.AccessCaseByNumber, None)
    async with gateway.user("sales@NB") as user:
        data = await user.ask('{ accessCase(number: "X") { number } }')

    assert data == {"accessCase": None}


def explained(plant_id, *held: str) -> access.AccessExplanation:
    claimed = access.AccessLink(
        role="picker", membership=None, claimed_at=NOON, permissions=("plant:read",)
    )
    granted = access.AccessLink(
        role="sales", membership=MEMBERSHIP, claimed_at=None, permissions=("order:read",)
    )
    ended = changed(MEMBERSHIP, revocation=BASIS, revoked_by="wang", revoked_at=NOON)
    return access.AccessExplanation(
        subject="li", plant_id=plant_id, version=4, links=(granted, claimed), ended=(ended,),
        held=held, missing=("stock:adjust",),
    )  # fmt: skip


async def test_access_to_a_thing_is_explained_link_by_link(gateway, world):
    world.answer(access.ExplainAccess, explained(PLANT_ID, "plant:read", "order:read"))
    async with gateway.user("area_admin@NB") as user:
        data = await user.ask(EXPLAIN, id=global_id("Order", ORDER_ID))

    assert data["explainAccess"] == {
        "user": "li",
        "canRead": True,
        "plant": {"code": "NB"},
        "held": ["plant:read", "order:read"],
        "missing": ["stock:adjust"],
        "links": [
            {
                "role": "SALES",
                "claimedAt": None,
                "permissions": ["order:read"],
                "membership": {
                    "user": "li",
                    "scope": "PLANT",
                    "plant": {"code": "NB"},
                    "grantedBy": "wang",
                    "grantedAt": "2026-03-29T12:00:00Z",
                    "basis": {"ref": "HR-7"},
                },
            },
            {
                "role": "PICKER",
                "claimedAt": "2026-03-29T12:00:00Z",
                "permissions": ["plant:read"],
                "membership": None,
            },
        ],
        "ended": [{"role": "SALES", "revokedBy": "wang"}],
    }
    asked = access.ExplainAccess(subject="li", plant_id=PLANT_ID)
    assert world.messages(access.ExplainAccess) == [asked]


@pytest.mark.parametrize(
    ("kind", "key", "needed"),
    [
        ("Order", ORDER_ID, "order:read"),
        ("Plant", PLANT_ID, "plant:read"),
        ("Location", LOCATION_ID, "plant:read"),
        ("RoutingDecision", DECISION_ID, "decision:read"),
        ("Rma", RMA_ID, "rma:read"),
        ("InventoryLevel", f"{LOCATION_ID}:BOLT-M8", "stock:read"),
    ],
)
async def test_reading_a_thing_needs_its_own_permission(gateway, world, kind, key, needed):
    text = 'query($id: ID!) { explainAccess(entityId: $id, userId: "li") { canRead } }'
    answers = []
    async with gateway.user("area_admin@NB") as user:
        for held in ((needed, "plant:read"), ("plant:read", "evidence:read"), (needed,), ()):
            world.answer(access.ExplainAccess, explained(PLANT_ID, *held))
            data = await user.ask(text, id=global_id(kind, key))
            answers.append(data["explainAccess"]["canRead"])

    own = needed == "plant:read"
    assert answers == [True, own, own, False]


async def test_what_is_out_of_sight_is_not_explained(gateway, world):
    world.answer(orders.OrdersByIds, (None,))
    async with gateway.user("area_admin@NB") as user:
        (error,) = await user.errors(EXPLAIN, id=global_id("Order", ORDER_ID))

    assert error["extensions"]["code"] == "PLANT_FORBIDDEN"
    assert error["extensions"]["caseNumber"] == "C-1"
    assert world.messages(access.ExplainAccess) == []


@pytest.mark.parametrize("given", [global_id("Sku", "A"), global_id("Fence", ORDER_ID), "x"])
async def test_what_belongs_to_no_plant_cannot_be_explained(gateway, world, given):
    async with gateway.user("area_admin@NB") as user:
        (error,) = await user.errors(EXPLAIN, id=given)

    assert error["extensions"]["code"] in ("BAD_USER_INPUT", "PLANT_FORBIDDEN")
    assert world.messages(access.ExplainAccess) == []


@pytest.mark.parametrize(("extra", "accuracy"), [("", 0.0), (", accuracyM: 25", 25.0)])
async def test_presence_is_a_verdict(gateway, world, extra, accuracy):
    world.answer(presence.CheckPresence, PresenceVerdict.UNCERTAIN)
    text = f"query($p: ID!, $at: GeoPointInput!) {{ presence(plantId: $p, point: $at{extra}) }}"
    point = {"lon": 121.5, "lat": 29.5, "datum": "GCJ02"}
    async with gateway.user("sales@NB") as user:
        data = await user.ask(text, p=global_id("Plant", PLANT_ID), at=point)

    assert data == {"presence": "UNCERTAIN"}
    asked = presence.CheckPresence(
        plant_id=PLANT_ID, point=GeoPoint(121.5, 29.5, "GCJ02"), accuracy_m=accuracy
    )
    assert world.messages(presence.CheckPresence) == [asked]
