"""Roles, areas and presence policies: what the mutations send, and what they answer."""

from __future__ import annotations

from uuid import UUID

import pytest
from gateway_access import AREA, AREA_ID, ATTESTATION, BASIS, MEMBERSHIP, MEMBERSHIP_ID
from gateway_makers import NOON, PLANT, PLANT_ID, changed
from hedgerow.contracts import access, presence, routing
from hedgerow.contracts.values import Basis, Datum, GeoPoint
from hedgerow.errors import Conflict, Invalid, PlantForbidden
from hedgerow_gateway.schema.ids import global_id

PLANT_GID = global_id("Plant", PLANT_ID)
AREA_GID = global_id("Area", AREA_ID)
MEMBER_GID = global_id("Membership", f"{MEMBERSHIP_ID}:li")
WHY = {"type": "HR", "ref": "HR-7"}
POINT = {"lon": 121.55, "lat": 29.87, "datum": "WGS84"}
FENCE = routing.FenceView(
    fence_id=UUID(int=1), plant_id=PLANT_ID, kind=routing.FenceKind.PRESENCE, name="gate",
    version=1, priority=0, area_m2=1e6, circle=None, geojson=None, active_from=NOON,
    active_to=None,
)  # fmt: skip
ENDED = changed(MEMBERSHIP, revocation=Basis("HR", "HR-8"), revoked_by="wang", revoked_at=NOON)
POLICY = presence.PresencePolicyView(
    plant_id=PLANT_ID, version=2, acts=(presence.PresenceAct.STOCK_RECEIVE,), active_from=NOON
)

# mutation, fields, input, reply, payload, the message without its made-up ids
CASES = [
    (
        "areaCreate", "area { id code name plants { code } }", {"code": "EAST", "name": "华东区"},
        AREA, {"area": {"id": AREA_GID, "code": "EAST", "name": "华东区",
                        "plants": [{"code": "NB"}]}},
        routing.CreateArea(area_id=None, code="EAST", name="华东区"),
    ),
    (
        "plantAreaSet", "plant { area { code } }",
        {"plantId": PLANT_GID, "areaId": AREA_GID, "basis": WHY},
        changed(PLANT, area_id=AREA_ID), {"plant": {"area": {"code": "EAST"}}},
        routing.SetPlantArea(plant_id=PLANT_ID, area_id=AREA_ID, basis=BASIS),
    ),
    (
        "plantAreaSet", "plant { area { code } }", {"plantId": PLANT_GID, "basis": WHY},
        PLANT, {"plant": {"area": None}},
        routing.SetPlantArea(plant_id=PLANT_ID, area_id=None, basis=BASIS),
    ),
    (
        "roleGrant", "membership { id user role scope plant { code } basis { ref } revokedAt }",
        {"user": "li", "role": "SALES", "scope": "PLANT", "plantId": PLANT_GID, "basis": WHY},
        MEMBERSHIP, {"membership": {
            "id": MEMBER_GID, "user": "li", "role": "SALES", "scope": "PLANT",
            "plant": {"code": "NB"}, "basis": {"ref": "HR-7"}, "revokedAt": None}},
        access.GrantRole(membership_id=None, subject="li", role="sales",
                          scope=access.Scope.PLANT, plant_id=PLANT_ID, basis=BASIS),
    ),
    (
        "roleGrant", "membership { scope plant { code } area { code } }",
        {"user": "li", "role": "AREA_ADMIN", "scope": "AREA", "areaId": AREA_GID, "basis": WHY},
        changed(MEMBERSHIP, scope=access.Scope.AREA, plant_id=None, area_id=AREA_ID),
        {"membership": {"scope": "AREA", "plant": None, "area": {"code": "EAST"}}},
        access.GrantRole(membership_id=None, subject="li", role="area_admin",
                          scope=access.Scope.AREA, area_id=AREA_ID, basis=BASIS),
    ),
    (
        "roleRevoke", "membership { revokedAt revokedBy revocation { ref } }",
        {"membershipId": MEMBER_GID, "basis": WHY},
        ENDED, {"membership": {"revokedAt": "2026-03-29T12:00:00Z", "revokedBy": "wang",
                               "revocation": {"ref": "HR-8"}}},
        access.RevokeRole(membership_id=MEMBERSHIP_ID, basis=BASIS),
    ),
    (
        "presencePolicyPublish", "plant { code presencePolicy { version acts } }",
        {"plantId": PLANT_GID, "acts": ["STOCK_RECEIVE"]},
        POLICY, {"plant": {"code": "NB",
                           "presencePolicy": {"version": 2, "acts": ["STOCK_RECEIVE"]}}},
        presence.PublishPresencePolicy(plant_id=PLANT_ID, acts=POLICY.acts),
    ),
    (
        "presenceConfirm", "attestation { number user act verdict distanceM confirmedBy }",
        {"number": "PC20260329-0001", "basis": WHY},
        ATTESTATION, {"attestation": {
            "number": "PC20260329-0001", "user": "tester", "act": "STOCK_ADJUST",
            "verdict": "INSIDE", "distanceM": -80.5, "confirmedBy": None}},
        presence.ConfirmPresence(number="PC20260329-0001", basis=BASIS),
    ),
]  # fmt: skip
MADE = {"areaCreate": "area_id", "roleGrant": "membership_id"}


@pytest.fixture
def world(services):
    services.answer(routing.PlantsByIds, (PLANT,))
    services.answer(routing.ListPlants, (PLANT,))
    services.answer(routing.ListAreas, (AREA,))
    return services


def mutation(name: str, fields: str) -> str:
    title = name[0].upper() + name[1:]
    return (
        f'mutation($input: {title}Input!) {{ {name}(input: $input) @idempotent(key: "k") '
        f"{{ {fields} userErrors {{ code message field }} }} }}"
    )


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
async def test_a_mutation_sends_its_command_and_answers_with_what_came_of_it(gateway, world, case):
    name, fields, given, reply, payload, message = case
    world.answer(type(message), reply)
    async with gateway.user("tenant_admin") as user:
        first = await user.ask(mutation(name, fields), input=given)
        second = await user.ask(mutation(name, fields), input=given)

    sent = world.messages(type(message))
    assert first[name] == payload | {"userErrors": []}
    assert (second, sent[0]) == (first, sent[1])
    made = {MADE[name]: None} if name in MADE else {}
    assert changed(sent[0], **made) == message


@pytest.mark.parametrize("case", CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
async def test_without_a_basis_a_critical_change_is_not_even_an_operation(gateway, world, case):
    name, fields, given, *_, message = case
    if "basis" not in given:
        return
    async with gateway.user("tenant_admin") as user:
        without = {key: value for key, value in given.items() if key != "basis"}
        (error,) = await user.errors(mutation(name, fields), input=without)

    assert error["extensions"]["field"] == ["input", "basis"]
    assert world.messages(type(message)) == []


BIND = {
    "plantId": PLANT_GID,
    "fence": {"kind": "PRESENCE", "name": "gate", "circle": {"center": POINT, "radiusM": 500}},
    "members": [{"user": "li", "role": "SALES"}, {"user": "zhao", "role": "PICKER"}],
    "basis": WHY,
}
BOUND = "fence { version name } memberships { user role }"


async def test_a_plant_is_bound_in_one_command(gateway, world):
    zhao = changed(MEMBERSHIP, subject="zhao", role="picker")
    world.answer(access.BindPlant, access.PlantBinding(fence=FENCE, memberships=(MEMBERSHIP, zhao)))
    async with gateway.user("tenant_admin") as user:
        answers = [await user.ask(mutation("plantBind", BOUND), input=BIND) for _ in range(2)]

    assert (
        answers[0]
        == answers[1]
        == {
            "plantBind": {
                "fence": {"version": 1, "name": "gate"},
                "memberships": [
                    {"user": "li", "role": "SALES"},
                    {"user": "zhao", "role": "PICKER"},
                ],
                "userErrors": [],
            }
        }
    )
    sent, again = world.messages(access.BindPlant)
    assert sent == again
    ids = {sent.fence.fence_id, *(each.membership_id for each in sent.members)}
    assert len(ids) == 3
    assert changed(sent.fence, fence_id=None) == routing.PublishFence(
        fence_id=None, plant_id=PLANT_ID, kind=routing.FenceKind.PRESENCE, name="gate",
        circle=routing.Circle(GeoPoint(121.55, 29.87, Datum.WGS84), 500.0),
    )  # fmt: skip
    assert [(m.subject, m.role) for m in sent.members] == [("li", "sales"), ("zhao", "picker")]
    assert sent.basis == BASIS


class Ended(Conflict):
    code = "MEMBERSHIP_ENDED"


class Unknown(Invalid):
    code = "SCOPE_INVALID"


@pytest.mark.parametrize(
    ("name", "fields", "given", "message", "refused", "code", "field"),
    [
        ("roleRevoke", "membership { id }", {"membershipId": MEMBER_GID, "basis": WHY},
         access.RevokeRole, Ended("Over.", "已收回", field="membership_id"),
         "MEMBERSHIP_ENDED", ["input", "membershipId"]),
        ("plantBind", BOUND, BIND, access.BindPlant,
         Unknown("No.", "否", field="members.1.subject"), "SCOPE_INVALID",
         ["input", "members", "1", "user"]),
        ("plantBind", BOUND, BIND, access.BindPlant,
         PlantForbidden(field="fence.plant_id"), "PLANT_FORBIDDEN", ["input", "plantId"]),
        ("roleRevoke", "membership { id }", {"membershipId": PLANT_GID, "basis": WHY},
         access.RevokeRole, None, "INVALID_ID", ["input", "membershipId"]),
    ],
)  # fmt: skip
async def test_refusals_name_the_input(
    gateway, world, name, fields, given, message, refused, code, field
):
    def refuse(*_):
        raise refused

    world.answer(message, refuse)
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(mutation(name, fields), input=given)

    (error,) = data[name]["userErrors"]
    assert (error["code"], error["field"]) == (code, field)
