"""Fences at any time, divisions, and exclusions in what is told of a point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from gateway_makers import NOON, PLANT, PLANT_ID, changed, page
from hedgerow.contracts import fences, routing
from hedgerow.contracts.values import Datum, GeoPoint, LonLat, Page
from hedgerow.errors import Invalid
from hedgerow_gateway.schema.ids import global_id

PLANT_GID = global_id("Plant", PLANT_ID)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
FENCE = routing.FenceView(
    fence_id=UUID(int=1), plant_id=PLANT_ID, kind=routing.FenceKind.EXCLUSION, name="不送",
    version=2, priority=0, area_m2=7e8, circle=None, geojson={"type": "MultiPolygon"},
    active_from=NOON, active_to=APRIL, recorded_from=NOON + timedelta(days=1), recorded_to=None,
    divisions=(routing.DivisionUse("330200", 3),),
)  # fmt: skip
DIVISION = fences.DivisionView(
    code="330200", version=3, name="宁波市", name_en="Ningbo", area_m2=9e9, datum=Datum.GCJ02,
    imported_at=NOON,
)  # fmt: skip
TIMES = "validFrom validTo recordedFrom recordedTo"


@pytest.fixture
def world(services):
    services.answer(routing.PlantsByIds, lambda m, _: (PLANT,) * len(m.ids))
    return services


async def test_fences_are_asked_for_as_of_a_time_and_as_known_at_another(gateway, world):
    world.answer(fences.ListFences, page(fences.FencePage, "fences", [FENCE], 1))
    text = """query($p: ID!) { fences(first: 5, plantId: $p, kind: EXCLUSION,
      asOf: "2026-03-01T00:00:00Z", knownAt: "2026-03-29T20:00:00+08:00") {
      totalCount nodes { id kind name version plant { code } activeFrom activeTo %s
        divisions { code version } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(text % TIMES, p=PLANT_GID)

    times = {
        "validFrom": "2026-03-29T12:00:00Z",
        "validTo": "2026-04-01T00:00:00Z",
        "recordedFrom": "2026-03-30T12:00:00Z",
        "recordedTo": None,
    }
    assert data["fences"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": global_id("Fence", UUID(int=1)),
                "kind": "EXCLUSION",
                "name": "不送",
                "version": 2,
                "plant": {"code": "NB"},
                "activeFrom": times["validFrom"],
                "activeTo": times["validTo"],
                "divisions": [{"code": "330200", "version": 3}],
                **times,
            }
        ],
    }
    [sent] = world.messages(fences.ListFences)
    assert sent == fences.ListFences(
        plant_id=PLANT_ID,
        kind=routing.FenceKind.EXCLUSION,
        as_of=datetime(2026, 3, 1, tzinfo=UTC),
        known_at=datetime(2026, 3, 29, 12, tzinfo=UTC),
        page=Page(first=5, total=True),
    )


async def test_fences_without_conditions_are_those_of_now(gateway, world):
    world.answer(fences.ListFences, page(fences.FencePage, "fences", [FENCE]))
    async with gateway.user("tenant_admin") as user:
        await user.ask("{ fences(last: 2) { nodes { version } } }")

    [sent] = world.messages(fences.ListFences)
    assert sent == fences.ListFences(page=Page(last=2))


class Unknown(Invalid):
    code = "DIVISION_UNKNOWN"


async def test_a_fence_is_published_by_divisions_for_a_span_of_time(gateway, world):
    def refuse(*_):
        raise Unknown("No such.", "没有", field="divisions.1")

    world.answer(routing.PublishFence, FENCE)
    text = """mutation($input: FencePublishInput!) { fencePublish(input: $input) {
      fence { version } userErrors { code field message } } }"""
    given = {
        "plantId": PLANT_GID, "kind": "EXCLUSION", "name": "不送", "divisions": ["330200"],
        "validFrom": "2026-03-29T12:00:00Z", "validTo": "2026-04-01T00:00:00Z",
    }  # fmt: skip
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(text, input=given)

        world.answer(routing.PublishFence, refuse)
        refused = await user.ask(text, input=given)

    assert data["fencePublish"] == {"fence": {"version": 2}, "userErrors": []}
    [sent, _] = world.messages(routing.PublishFence)
    assert changed(sent, fence_id=None) == routing.PublishFence(
        fence_id=None, plant_id=PLANT_ID, kind=routing.FenceKind.EXCLUSION, name="不送",
        divisions=("330200",), valid_from=NOON, valid_to=APRIL,
    )  # fmt: skip
    [error] = refused["fencePublish"]["userErrors"]
    assert (error["code"], error["field"]) == ("DIVISION_UNKNOWN", ["input", "divisions", "1"])


async def test_divisions_are_imported_and_listed(gateway, world):
    world.answer(fences.ImportDivisions, (DIVISION,))
    world.answer(fences.ListDivisions, page(fences.DivisionPage, "divisions", [DIVISION]))
    fields = "code version name nameEn areaM2 datum importedAt"
    collection = {"type": "FeatureCollection", "features": []}
    async with gateway.user("tenant_admin") as user:
        made = await user.ask(
            "mutation($input: DivisionsImportInput!) { divisionsImport(input: $input) "
            f"{{ divisions {{ {fields} }} userErrors {{ code }} }} }}",
            input={"geojson": collection, "datum": "GCJ02"},
        )
        listed = await user.ask(f"{{ divisions(first: 3) {{ nodes {{ {fields} }} }} }}")

    told = {
        "code": "330200",
        "version": 3,
        "name": "宁波市",
        "nameEn": "Ningbo",
        "areaM2": 9e9,
        "datum": "GCJ02",
        "importedAt": "2026-03-29T12:00:00Z",
    }
    assert made["divisionsImport"] == {"divisions": [told], "userErrors": []}
    assert listed["divisions"] == {"nodes": [told]}
    [sent] = world.messages(fences.ImportDivisions)
    assert sent == fences.ImportDivisions(geojson=collection, datum=Datum.GCJ02)
    [asked] = world.messages(fences.ListDivisions)
    assert asked == fences.ListDivisions(page=Page(first=3))


async def test_what_is_told_of_a_point_names_exclusions(gateway, world):
    area = routing.AreaTrace(
        fence_id=UUID(int=2), version=1, plant_id=PLANT_ID, plant_code="NB", priority=0,
        area_m2=1e9, chosen=False, excluded=True,
    )  # fmt: skip
    exclusion = routing.ExclusionTrace(
        fence_id=UUID(int=3), version=4, plant_id=PLANT_ID, plant_code="NB"
    )
    world.answer(
        routing.LocatePoint,
        routing.AssignmentView(
            point=LonLat(121.5, 29.8), method=routing.AssignmentMethod.NONE, plant_id=None,
            unroutable=routing.UnroutableReason.NO_PLANT, areas=(area,), distances=(),
            max_distance_km=500.0, exclusions=(exclusion,),
        ),
    )  # fmt: skip
    text = """query($p: GeoPointInput!) { locatePoint(point: $p) { unroutable
      areas { plantCode excluded chosen } exclusions { plantCode version plant { code } } } }"""
    async with gateway.user("tenant_admin") as user:
        data = await user.ask(text, p={"lon": 121.5, "lat": 29.8, "datum": "WGS84"})

    assert data["locatePoint"] == {
        "unroutable": "NO_PLANT",
        "areas": [{"plantCode": "NB", "excluded": True, "chosen": False}],
        "exclusions": [{"plantCode": "NB", "version": 4, "plant": {"code": "NB"}}],
    }
    [asked] = world.messages(routing.LocatePoint)
    assert asked.point == GeoPoint(121.5, 29.8, Datum.WGS84)
