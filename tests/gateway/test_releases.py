"""Releases: what the API makes of changes, and a simulation that somebody watches."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from gateway_makers import LOCATION, LOCATION_ID, NOON, PLANT, PLANT_ID, changed
from gateway_world import greeted
from hedgerow.contracts import releases, routing
from hedgerow.contracts.inventory import SetSafetyLevel
from hedgerow.contracts.presence import PresenceAct, PublishPresencePolicy
from hedgerow_gateway.schema.ids import global_id

RELEASE_ID, SIMULATION_ID = UUID(int=5), UUID(int=6)
RELEASE = releases.ReleaseView(
    release_id=RELEASE_ID, number=None, title="spring", state=releases.ReleaseState.DRAFT, base=3,
    keys=("LIMITS",), content_sha256="ab", created_by="li.wei", created_at=NOON,
    edited_by="li.wei", edited_at=NOON, simulation_id=None, override=None, published_by="",
    published_at=None, version=1,
)  # fmt: skip
SIMULATION = releases.SimulationView(
    simulation_id=SIMULATION_ID, release_id=RELEASE_ID, state=releases.SimulationState.RUNNING,
    base=3, days=30, since=NOON, until=NOON, total=2000, done=0, started_by="li.wei",
    started_at=NOON, finished_at=None, result=None, result_sha256=None,
)  # fmt: skip
PLANT_GID, PLACE = global_id("Plant", PLANT_ID), global_id("Location", LOCATION_ID)
AREA = {"type": "Polygon", "coordinates": [[[120, 29], [122, 29], [122, 31], [120, 29]]]}
DRAFT = """mutation($input: ReleaseDraftInput!) { releaseDraft(input: $input) {
  release { title keys } userErrors { code field } } }"""
PROGRESS = "subscription($id: ID!) { simulationProgress(id: $id) { state done } }"


@pytest.fixture
def world(services):
    services.answer(routing.ListPlants, (PLANT,))
    services.answer(routing.LocationsByIds, lambda m, _: (LOCATION,) * len(m.ids))
    services.answer(releases.DraftRelease, RELEASE)
    return services


async def drafted(gateway, *changes):
    async with gateway.user("tenant_admin") as admin:
        data = await admin.ask(DRAFT, input={"title": "spring", "changes": list(changes)})
    return data["releaseDraft"]


async def test_each_kind_of_change_becomes_the_command_that_publishes_it_alone(gateway, world):
    said = await drafted(
        gateway,
        {"fence": {"plantId": PLANT_GID, "kind": "SERVICE_AREA", "name": "main", "geojson": AREA,
                   "datum": "WGS84"}},
        {"fence": {"plantId": PLANT_GID, "kind": "EXCLUSION", "name": "not ours",
                   "divisions": ["330200"], "validFrom": "2027-01-01T00:00:00Z",
                   "validTo": "2028-01-01T00:00:00Z"}},
        {"removal": {"plantId": PLANT_GID, "kind": "PRESENCE", "name": "gate"}},
        {"rule": {"code": "JZH", "name": "江浙沪", "chain": [PLACE], "safetyTest": "AFTER",
                  "condition": "order.custom", "maxLocations": 2}},
        {"ruleRemoval": {"code": "OLD"}},
        {"limits": {"maxDistanceKm": 321.0}},
        {"safety": {"locationId": PLACE, "sku": "BOLT-M8", "level": "80", "clearPercent": "12.5"}},
        {"policy": {"plantId": PLANT_GID, "acts": ["ORDER_SIGN"]}},
    )  # fmt: skip

    assert said == {"release": {"title": "spring", "keys": ["LIMITS"]}, "userErrors": []}
    [sent] = world.messages(releases.DraftRelease)
    fence, planned, removal, rule, retired, limits, safety, policy = sent.changes
    assert (fence.fence.plant_id, fence.fence.geojson) == (PLANT_ID, AREA)
    assert removal == releases.FenceRemoval(
        plant_id=PLANT_ID, kind=routing.FenceKind.PRESENCE, name="gate"
    )
    assert (planned.fence.kind, planned.fence.divisions) == ("EXCLUSION", ("330200",))
    assert planned.fence.valid_from == datetime(2027, 1, 1, tzinfo=UTC)
    assert planned.fence.valid_to == datetime(2028, 1, 1, tzinfo=UTC)
    assert (rule.rule.code, rule.rule.chain) == ("JZH", (LOCATION_ID,))
    assert (rule.rule.condition, rule.rule.max_locations) == ("order.custom", 2)
    assert retired == releases.RuleRemoval(code="OLD")
    assert limits.limits == routing.SetRoutingLimits(max_distance_km=321.0)
    assert safety.safety == SetSafetyLevel(
        plant_id=PLANT_ID,
        location_id=LOCATION_ID,
        sku="BOLT-M8",
        level=Decimal(80),
        clear_percent=Decimal("12.5"),
    )
    assert policy.policy == PublishPresencePolicy(plant_id=PLANT_ID, acts=(PresenceAct.ORDER_SIGN,))
    assert len({fence.fence.fence_id, rule.rule.rule_id, sent.release_id}) == 3


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({}, "CHANGE_SHAPE", []),
        (
            {"limits": {"maxDistanceKm": 1.0}, "policy": {"plantId": PLANT_GID, "acts": []}},
            "CHANGE_SHAPE",
            [],
        ),
        (
            {"policy": {"plantId": PLACE, "acts": []}},
            "INVALID_ID",
            ["policy", "plantId"],
        ),
        (
            {"rule": {"code": "A", "name": "a", "chain": [PLANT_GID], "safetyTest": "AFTER"}},
            "INVALID_ID",
            ["rule", "chain", "0"],
        ),
        (
            {"safety": {"locationId": PLANT_GID, "sku": "BOLT", "level": "1"}},
            "INVALID_ID",
            ["safety", "locationId"],
        ),
    ],
)
async def test_what_is_no_change_is_refused_where_it_stands(gateway, world, change, code, field):
    said = await drafted(gateway, {"limits": {"maxDistanceKm": 2.0}}, change)

    assert said == {
        "release": None,
        "userErrors": [{"code": code, "field": ["input", "changes", "1", *field]}],
    }
    assert world.messages(releases.DraftRelease) == []


async def test_a_simulation_is_read_again_whenever_it_came_further(gateway, world):
    views = [
        SIMULATION,
        changed(SIMULATION, done=1000),
        changed(SIMULATION, done=2000, state=releases.SimulationState.DONE),
    ]
    world.answer(releases.SimulationsByIds, lambda *_: (views.pop(0),))
    progressed = releases.SimulationProgressed(
        simulation_id=SIMULATION_ID, state=releases.SimulationState.RUNNING, done=1000,
        total=2000, version=2,
    )  # fmt: skip
    async with greeted(gateway, "dispatcher") as socket:
        await socket.subscribe(PROGRESS, id=global_id("Simulation", SIMULATION_ID))
        first = await socket.next()
        await socket.silent()
        await world.happen(changed(progressed, simulation_id=UUID(int=7)), tenant=gateway.tenant)
        await socket.silent()
        await world.happen(progressed, tenant=gateway.tenant)
        second = await socket.next()
        await world.happen(progressed, tenant=gateway.tenant)
        third, last = await socket.next(), await socket.next()

    told = [each["payload"]["data"]["simulationProgress"] for each in (first, second, third)]
    assert told == [
        {"state": "RUNNING", "done": 0},
        {"state": "RUNNING", "done": 1000},
        {"state": "DONE", "done": 2000},
    ]
    assert last["type"] == "complete"


async def test_who_may_not_read_releases_does_not_watch_them(gateway, world):
    async with greeted(gateway, "area_admin@NB") as socket:
        await socket.subscribe(PROGRESS, id=global_id("Simulation", SIMULATION_ID))
        said = await socket.next()

    [error] = said["payload"] if said["type"] == "error" else said["payload"]["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert world.messages(releases.SimulationsByIds) == []
