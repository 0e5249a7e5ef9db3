"""Fences of every shape and kind in releases, in their two times."""

from datetime import timedelta

import pytest
from hedgerow.contracts.fences import ListFences
from hedgerow.contracts.releases import (
    CoverageKind,
    FenceChange,
    FenceRemoval,
    ReleaseCoverage,
    RollBackRelease,
)
from hedgerow.contracts.routing import Circle, FenceKind, FencesByPlants
from hedgerow.contracts.values import Datum, LonLat, Page, ReleaseId, new_id
from hedgerow.errors import Refused
from hedgerow_routing.domain.area import parse_area
from hedgerow_routing.handlers.draft_release import draft_release
from hedgerow_routing.handlers.import_divisions import import_divisions
from hedgerow_routing.handlers.override_release import override_release
from hedgerow_routing.handlers.publish_fence import publish_fence
from hedgerow_routing.handlers.publish_release import publish_release
from hedgerow_routing.handlers.roll_back_release import roll_back_release
from hedgerow_routing.views.coverage import release_coverage
from hedgerow_routing.views.fences import fences_by_plants, list_fences
from pyproj import Geod
from routing.makers import (
    NINGBO,
    SUZHOU,
    around,
    box,
    division,
    divisions,
    exclusion,
    found_area,
    found_plant,
    service_area,
    wgs84,
)
from routing.release_makers import (
    draft,
    fence_change,
    found_draft,
    found_published,
    found_simulation,
    limits_change,
    override,
    publish,
    second_person,
)
from routing.simulation_makers import EAST, WEST, changed_of, decided, founded
from worlds import NOON, administrator, transaction

DAY = timedelta(days=1)
PAGE = Page(first=10)


@pytest.fixture
async def tx(routing_db):
    async with transaction(routing_db, administrator()) as tx:
        yield tx


def removal(plant, name="home", kind=FenceKind.SERVICE_AREA):
    return FenceRemoval(plant_id=plant.plant_id, kind=kind, name=name)


async def then(tx, as_of, known_at):
    """The versions that were valid then, as was known then."""
    page = await list_fences(ListFences(as_of=as_of, known_at=known_at, page=PAGE), tx)
    return [each.version for each in page.fences]


async def test_a_removal_ends_what_is_and_what_was_planned_and_keeps_what_was(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    tx.now = NOON - 5 * DAY
    await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
    plan = service_area(plant.plant_id, around(NINGBO, 0.2), valid_from=NOON + 5 * DAY)
    await publish_fence(plan, tx)
    tx.now = NOON

    await found_published(tx, removal(plant))

    tick = timedelta(microseconds=1)
    for days, before, after in ((-6, [], []), (-1, [1], [1]), (1, [1], []), (6, [2], [])):
        at = NOON + days * DAY
        assert await then(tx, at, NOON - tick) == before, days
        assert await then(tx, at, NOON) == after, days
    again = await publish_fence(service_area(plant.plant_id, around(NINGBO)), tx)
    assert again.version == 4


async def test_what_has_ended_or_was_removed_is_not_removed_again(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    tx.now = NOON - 5 * DAY
    until = NOON - DAY
    await publish_fence(service_area(plant.plant_id, around(NINGBO), valid_to=until), tx)
    tx.now = NOON
    tx.emitted.clear()

    with pytest.raises(Refused) as refused:
        await draft_release(draft(removal(plant)), tx)

    assert (refused.value.code, refused.value.field) == (
        "NOTHING_TO_REMOVE",
        "changes.0.removal.name",
    )
    assert tx.emitted == []


async def test_a_fence_of_a_release_is_valid_as_it_says(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    await found_area(tx, plant.plant_id, around(NINGBO))
    begin, end = NOON + DAY, NOON + 2 * DAY

    await found_published(
        tx, fence_change(plant.plant_id, around(NINGBO, 0.2), valid_from=begin, valid_to=end)
    )

    ats = (NOON, begin, end)
    assert [await then(tx, at, NOON) for at in ats] == [[1], [2], [1]]


async def test_two_who_take_the_same_version_by_a_release_and_alone(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    await found_area(tx, plant.plant_id, around(NINGBO))
    taken = fence_change(plant.plant_id, around(NINGBO, 0.3))
    release = await found_draft(tx, taken)
    await publish_fence(taken.fence, tx)
    ready = await override_release(override(release), second_person(tx))
    tx.emitted.clear()

    with pytest.raises(Refused) as refused:
        await publish_release(publish(ready), tx)

    assert (refused.value.code, refused.value.field) == ("ID_TAKEN", "changes.0.fence.fence_id")
    assert tx.emitted == []


async def test_a_drafted_circle_covers_to_its_edge_as_it_would_in_force(tx):
    west, east, _ = await founded(tx)
    centre, radius_m = LonLat(122.0, 30.5), 20_000.0
    lons, lats, _ = Geod(ellps="WGS84").fwd(
        [centre.lon] * 3, [centre.lat] * 3, [50.0] * 3, [19_999.0, radius_m, 20_001.0]
    )
    orders = await decided(tx, [LonLat(lon, lat) for lon, lat in zip(lons, lats, strict=True)])
    circle = service_area(
        west.plant_id, None, datum=None, circle=Circle(wgs84(centre), radius_m), name="disc"
    )

    simulation = await found_simulation(tx, await found_draft(tx, FenceChange(fence=circle)))

    moves = [(e.order_id, e.from_plant, e.to_plant) for e in await changed_of(tx, simulation)]
    expected = [(each.order_id, east.plant_id, west.plant_id) for each in orders[:2]]
    assert sorted(moves) == sorted(expected)


async def test_a_drafted_exclusion_takes_its_ground_from_the_plant(tx):
    west, east, _ = await founded(tx)
    inside, _ = await decided(tx, [LonLat(122.0, 30.0), LonLat(121.5, 30.0)])
    gone = exclusion(east.plant_id, geojson=box(121.8, 29.5, 122.5, 30.5))

    simulation = await found_simulation(tx, await found_draft(tx, FenceChange(fence=gone)))

    [changed] = await changed_of(tx, simulation)
    assert (changed.order_id, changed.from_plant) == (inside.order_id, east.plant_id)
    assert changed.to_plant == west.plant_id
    await publish_fence(gone, tx)
    back = removal(east, name="not ours", kind=FenceKind.EXCLUSION)
    again = await found_simulation(tx, await found_draft(tx, back))
    [restored] = await changed_of(tx, again)
    assert (restored.order_id, restored.to_plant) == (inside.order_id, east.plant_id)


async def test_a_draft_by_divisions_is_their_union(tx):
    west, east, _ = await founded(tx)
    halves = box(121.8, 29.5, 122.0, 30.5), box(122.0, 29.5, 122.2, 30.5)
    await import_divisions(divisions(*(division(f"33020{n}", b) for n, b in enumerate(halves))), tx)
    orders = await decided(tx, [LonLat(121.9, 30.0), LonLat(122.1, 30.0), LonLat(122.3, 30.0)])
    drawn = service_area(west.plant_id, None, datum=None, divisions=("330200", "330201"))

    simulation = await found_simulation(
        tx, await found_draft(tx, FenceChange(fence=drawn), fence_change(east.plant_id, EAST))
    )

    moved = {each.order_id for each in await changed_of(tx, simulation)}
    assert moved == {each.order_id for each in orders[:2]}
    with pytest.raises(Refused) as refused:
        unknown = service_area(west.plant_id, None, datum=None, divisions=("999999",))
        await draft_release(draft(FenceChange(fence=unknown)), tx)
    assert (refused.value.code, refused.value.field) == (
        "DIVISION_UNKNOWN",
        "changes.0.fence.divisions.0",
    )


async def test_coverage_takes_exclusions_off_and_knows_circles_drafted_or_valid(tx):
    west, _east, _ = await founded(tx)
    hole = box(119.5, 29.5, 120.0, 30.0)
    circle = Circle(wgs84(LonLat(122.5, 30.5)), 10_000.0)
    gone = exclusion(west.plant_id, geojson=hole)
    disc = service_area(west.plant_id, None, datum=None, name="disc", circle=circle)
    release = await found_draft(tx, FenceChange(fence=gone), FenceChange(fence=disc))
    asked = ReleaseCoverage(release_id=release.release_id)

    drafted = await release_coverage(asked, tx)
    await found_published(tx, *(FenceChange(fence=each) for each in (gone, disc)))
    other = await found_draft(tx, limits_change(300.0))
    valid = await release_coverage(ReleaseCoverage(release_id=other.release_id), tx)

    for view in (drafted, valid):
        gap, overlap = view.findings
        assert (gap.kind, overlap.kind) == (CoverageKind.GAP, CoverageKind.OVERLAP)
        hole_km2 = parse_area(hole, Datum.WGS84).area_m2 / 1e6
        assert gap.area_km2 == pytest.approx(hole_km2, abs=1e-4)
        assert {each.name for each in overlap.areas} == {"home", "disc"}
        assert overlap.area_km2 == pytest.approx(314.16, rel=0.002), "64 corners"


async def test_rolling_back_restores_a_circle_and_refuses_what_had_an_end(tx):
    plant = await found_plant(tx, "NINGBO", NINGBO)
    other = await found_plant(tx, "SUZHOU", SUZHOU)
    circle = Circle(wgs84(NINGBO), 30_000.0)
    disc = service_area(plant.plant_id, None, datum=None, circle=circle, valid_from=NOON - DAY)
    await found_published(tx, FenceChange(fence=disc))
    await found_published(tx, removal(plant))
    back = await roll_back_release(RollBackRelease(release_id=ReleaseId(new_id()), number=1), tx)
    await publish_release(publish(await override_release(override(back), second_person(tx))), tx)
    [[fence]] = await fences_by_plants(FencesByPlants(plant_ids=(plant.plant_id,)), tx)
    assert (fence.circle, fence.active_from, fence.active_to) == (circle, NOON, None)
    await found_published(tx, fence_change(other.plant_id, WEST, valid_to=NOON + DAY))
    await found_published(tx, removal(other))
    tx.emitted.clear()

    with pytest.raises(Refused) as refused:
        await roll_back_release(RollBackRelease(release_id=ReleaseId(new_id()), number=4), tx)

    assert refused.value.code == "ROLLBACK_INCOMPLETE"
    assert f"FENCE:{other.plant_id}" in refused.value.en
    assert tx.emitted == []
